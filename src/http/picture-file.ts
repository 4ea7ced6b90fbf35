import { Hono } from 'hono'
import * as z from 'zod'
import { openPicture } from '../core/pictures'
import { params, query } from './body'
import type { AppEnv } from './dialect'
import { fileSafety, sendObject } from './stored-object'

/** The file behind the signed address of a profile picture. The address is all that it asks for. */

const PicturePath = z.object({ accountId: z.string(), token: z.string() })
const PictureQuery = z.object({
  expires: z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number),
  signature: z.string(),
})

export const pictureFile = new Hono<AppEnv>()

pictureFile.get(
  '/pictures/:accountId/:token',
  params(PicturePath),
  query(PictureQuery),
  async (c) => {
    const link = { ...c.req.valid('param'), ...c.req.valid('query') }
    const object = await openPicture(c.var.core, link)
    return sendObject(c, object, {
      ...fileSafety,
      'Content-Type': 'image/png',
      'Content-Disposition': 'inline; filename="picture.png"',
      // Another picture has another address, so a copy is never wrong; it outlives its address by minutes.
      'Cache-Control': 'private, max-age=300',
    })
  },
)
