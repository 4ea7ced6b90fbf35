import type { Answer, Call, CookieJar, TestApp } from '../../support/app'
import { bytesOf, joined } from '../../support/png'

/** Sending and fetching pictures as clients do. */

export interface Part {
  readonly name: string
  /** Without one the part is a field of text. */
  readonly filename?: string
  readonly type?: string
  readonly content: Uint8Array
}

const boundary = '----WebKitFormBoundary7MA4YWxkTrZu0gW'
export const multipartType = `multipart/form-data; boundary=${boundary}`

export function multipart(parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const written = parts.flatMap(({ name, filename, type, content }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`
    const typed = type === undefined ? '' : `\r\nContent-Type: ${type}`
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}${typed}`
    return [bytesOf(`${head}\r\n\r\n`), content, bytesOf('\r\n')]
  })
  return joined([...written, bytesOf(`--${boundary}--\r\n`)])
}

export function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes)
      controller.close()
    },
  })
}

export const path = '/user/profile-picture'

/** PATCH with any body at all. */
export function patch(
  app: TestApp,
  cookies: CookieJar,
  body: Uint8Array,
  headers: Call['headers'] = {},
): Promise<Answer> {
  return app.call(path, {
    method: 'PATCH',
    cookies,
    body: streamOf(body),
    headers: { 'Content-Type': multipartType, ...headers },
  })
}

/** PATCH with one file, as a browser sends it. */
export function upload(
  app: TestApp,
  cookies: CookieJar,
  content: Uint8Array,
  given: Partial<Part> = {},
): Promise<Answer> {
  const part = { name: 'profilePicture', filename: 'me.png', type: 'image/png', content, ...given }
  return patch(app, cookies, multipart([part]))
}

/** The path of an address that an answer gave; fails if it is not one of ours. */
export function pathOf(url: string): string {
  const { origin, pathname, search } = new URL(url)
  if (origin !== 'https://atrium.test') throw new Error(`an address of somewhere else: ${url}`)
  return pathname + search
}

/** Uploads and gives the path of the address that was answered. */
export async function show(app: TestApp, cookies: CookieJar, content: Uint8Array): Promise<string> {
  const answer = await upload(app, cookies, content)
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`)
  return pathOf(answer.json.data.signedUrl)
}

export async function pictureObjects(app: TestApp, id: string): Promise<string[]> {
  const number = await numberOf(app, id)
  return (await app.env.R2.list({ prefix: `p/${number}/` })).objects.map(({ key }) => key)
}

export async function numberOf(app: TestApp, id: string): Promise<number> {
  const row = await app.env.DB.prepare('SELECT number FROM accounts WHERE id = ?').bind(id).first()
  if (!row) throw new Error(`there is no account ${id}`)
  return row.number as number
}
