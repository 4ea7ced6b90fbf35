import { createWriteStream, existsSync, renameSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { saveObjects } from './backup-objects.mjs'
import { backupLines } from './backup-steps.mjs'
import { openBindings, targetOptions, targetUsage } from './bindings.mjs'
import { progress } from './progress.mjs'

const usage = `usage: npm run backup -- FILE [--objects DIR]   every row as a line of JSON, and the objects of the bucket
${targetUsage}`

const { file, values } = readArguments()
try {
  await backup()
} catch (error) {
  console.error(`\nNo backup: ${error.message}`)
  process.exit(1)
}

async function backup() {
  const { name, db, r2, close } = await openBindings(values)
  try {
    const show = progress()
    const counts = {}
    const stream = createWriteStream(`${file}.part`, { mode: 0o600 })
    await pipeline(backupLines(db, counts, show.say), stream)
    renameSync(`${file}.part`, file)
    const objects = values.objects ? await saveObjects(r2, values.objects, show.say) : null
    show.end()
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
    console.log(`${file} holds ${total} rows of ${name}, ${counts.accounts} accounts among them.`)
    if (objects) {
      console.log(
        `${values.objects} holds ${objects.saved} new objects and ${objects.there} from before.`,
      )
    }
    console.log(
      'It tells whoever reads it everything but the secrets of the Worker. Keep those apart.',
    )
  } finally {
    await close()
  }
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { ...targetOptions, objects: { type: 'string' } },
    })
    const [file, ...more] = positionals
    if (file === undefined || more.length > 0) throw new Error('Say one FILE.')
    if (existsSync(file)) throw new Error(`${file} is there already.`)
    return { file, values }
  } catch (error) {
    console.error(`${error.message}\n${usage}`)
    process.exit(2)
  }
}
