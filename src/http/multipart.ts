import type { Context } from 'hono'
import { fail, failInput } from '../core/errors'
import { mediaType, readBytes } from './body'
import { type AppEnv, EdgeError } from './dialect'

/** What the parts around a file may take: boundaries, headers, and fields that nobody asked for. */
const overheadBytesMax = 64 * 1024

/**
 * The one file of a multipart body, under any of the names that clients give it. Fails with
 * upload_too_large while reading, and with invalid_input for no file, several, or a field that is none.
 */
export async function readFile(
  c: Context<AppEnv>,
  names: readonly string[],
  bytesMax: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (mediaType(c) !== 'multipart/form-data') {
    throw new EdgeError({ code: 'unsupported_media_type' })
  }
  const bytes = await readBytes(c.req.raw, bytesMax + overheadBytesMax)
  if (bytes === null) fail({ code: 'upload_too_large', bytesMax })
  const form = await parse(bytes, c.req.header('Content-Type') ?? '')
  const given = names.flatMap((name) => form.getAll(name))
  const [field = ''] = names
  const [file, ...more] = given
  if (file === undefined) failInput([{ field, rule: 'missing' }])
  if (!(file instanceof File) || more.length > 0) failInput([{ field, rule: 'type' }])
  return new Uint8Array(await file.arrayBuffer())
}

async function parse(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormData> {
  try {
    return await new Response(bytes, { headers: { 'Content-Type': contentType } }).formData()
  } catch {
    throw new EdgeError({ code: 'malformed_body' })
  }
}
