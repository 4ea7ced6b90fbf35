import type { ExportPart } from '../core/account-export'
import type { Core } from '../core/context'

/** The export as one JSON object, with a member for each section, written as fast as it is read. */

/** Times as a text, and where files are. What a person keeps as free data lies deeper, and stays as it is. */
function renderRow(row: object, origin: string): object {
  const entries = Object.entries(row).map(([key, value]) => [
    key,
    key.endsWith('At') && typeof value === 'number' ? new Date(value).toISOString() : value,
  ])
  const rendered = Object.fromEntries(entries)
  const { name, type, bytes } = rendered
  const isFile = typeof name === 'string' && typeof type === 'string' && bytes !== undefined
  return isFile ? { ...rendered, url: `${origin}/uploads/${name}.${type}` } : rendered
}

/** Texts that make up the file together. */
async function* renderParts(parts: AsyncIterable<ExportPart>, core: Core): AsyncGenerator<string> {
  const { origin } = core.settings
  const head = { exportedAt: new Date(core.now).toISOString(), from: origin }
  yield JSON.stringify(head).slice(0, -1)
  let open: string | null = null
  for await (const part of parts) {
    const isMore = part.section === open
    const close = open !== null && !isMore ? ']' : ''
    if ('value' in part) {
      open = null
      const value = JSON.stringify(renderRow(part.value, origin))
      yield `${close},${JSON.stringify(part.section)}:${value}`
      continue
    }
    const rows = part.rows.map((row) => JSON.stringify(renderRow(row, origin))).join(',\n')
    const opening = isMore ? (rows === '' ? '' : ',\n') : `,${JSON.stringify(part.section)}:[`
    open = part.section
    yield `${close}${opening}${rows}`
  }
  yield `${open === null ? '' : ']'}}\n`
}

/**
 * A stream that reads only when somebody asks for more. The first part is there before the answer
 * begins, so that whoever may not have it gets a refusal and not a torn file.
 */
export async function streamExport(
  parts: AsyncGenerator<ExportPart>,
  core: Core,
): Promise<ReadableStream<Uint8Array>> {
  const first = await parts.next()
  async function* all(): AsyncGenerator<ExportPart> {
    if (!first.done) yield first.value
    yield* parts
  }
  const texts = renderParts(all(), core)
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await texts.next()
        if (done) controller.close()
        else controller.enqueue(encoder.encode(value))
      },
      async cancel() {
        await texts.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}
