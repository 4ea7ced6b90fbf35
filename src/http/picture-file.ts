import * as z from 'zod/mini'
import { fail } from '../core/errors'
import { openPicture } from '../core/pictures'
import { readQuery } from './body'
import { createRoutes } from './routing'
import { fileSafety, sendObject } from './stored-object'

/** The file behind the signed address of a profile picture. The address is all that it asks for. */

/** In the one spelling that we sign, so that no picture has two addresses. */
const Link = z.object({
  accountId: z.string(),
  token: z.string(),
  expires: z.pipe(z.string().check(z.regex(/^[1-9]\d{0,11}$/)), z.transform(Number)),
  signature: z.string(),
})

export const pictureFile = createRoutes()

pictureFile.get('/pictures/:accountId/:token', async (c) => {
  const link = Link.safeParse({ ...Object(readQuery(c)), ...c.req.param() })
  // Why an address is not one of ours would only help to make one.
  if (!link.success) fail({ code: 'picture_not_found' })
  const object = await openPicture(c.var.core, link.data)
  return sendObject(c, object, {
    ...fileSafety,
    'Content-Type': 'image/png',
    'Content-Disposition': 'inline; filename="picture.png"',
    // Another picture has another address, so a copy is never wrong; it outlives its address by minutes.
    'Cache-Control': 'private, max-age=300',
  })
})
