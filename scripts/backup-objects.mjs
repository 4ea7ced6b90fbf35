import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

// The objects of the bucket, as files of the same names. Keys are random and written once, so that a
// file of the same length is the same object, and a second run takes only what is new.

const atOnce = 8

export async function saveObjects(r2, folder, say) {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const counts = { saved: 0, there: 0 }
  let cursor
  do {
    const page = await r2.list({ cursor, limit: 500 })
    await inParallel(page.objects, async ({ key, size }) => {
      const file = join(folder, checkKey(key))
      if (sizeOf(file) === size) {
        counts.there += 1
        return
      }
      const object = await r2.get(key)
      // It may have been deleted since it was listed.
      if (object === null) return
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
      writeFileSync(`${file}.part`, Buffer.from(await object.arrayBuffer()), { mode: 0o600 })
      renameSync(`${file}.part`, file)
      counts.saved += 1
      say('objects', counts.saved + counts.there)
    })
    cursor = page.truncated ? page.cursor : undefined
  } while (cursor !== undefined)
  return counts
}

export async function putObjects(r2, folder, say) {
  const counts = { stored: 0, there: 0 }
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.part'))
    .map((entry) => join(entry.parentPath, entry.name))
  await inParallel(files, async (file) => {
    const key = checkKey(relative(folder, file).split(sep).join('/'))
    if ((await r2.head(key))?.size === sizeOf(file)) {
      counts.there += 1
      return
    }
    await r2.put(key, new Uint8Array(readFileSync(file)).buffer)
    counts.stored += 1
    say('objects', counts.stored + counts.there)
  })
  return counts
}

/** A key becomes a path, and leads nowhere else. */
function checkKey(key) {
  if (/^[\w-]+(\/[\w-][\w.-]*)*$/.test(key)) return key
  throw new Error(`An object has a key that is no name of a file: ${JSON.stringify(key)}`)
}

function sizeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.size
}

async function inParallel(items, work) {
  const left = [...items]
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
