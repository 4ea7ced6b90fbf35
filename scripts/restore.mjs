import { parseArgs } from 'node:util'
import { openBindings, targetOptions, targetUsage } from './bindings.mjs'
import { progress } from './progress.mjs'
import { inspectBackup, restoreBackup } from './restore-steps.mjs'

const usage = `usage: npm run restore -- FILE [--objects DIR]   puts a backup into an empty, migrated database
  --replace                  into one that is not empty: everything in it goes first
  --keep-sessions            people stay signed in, and mails that were owed are sent
${targetUsage}`

const { file, values } = readArguments()
try {
  await restore()
} catch (error) {
  console.error(`\nNot restored: ${error.message}`)
  process.exit(1)
}

async function restore() {
  const header = await inspectBackup(file)
  const { name, close, ...place } = await openBindings(values)
  try {
    const show = progress()
    const { tables, objects } = await restoreBackup(place, file, header, values, show.say)
    show.end()
    const total = tables.reduce((sum, { there }) => sum + there, 0)
    console.log(`${total} rows of ${file} are in ${name}; counts and search are right.`)
    if (objects) console.log(`${objects.stored} objects were stored, ${objects.there} were there.`)
    for (const { name, leftOut } of tables.filter(({ leftOut }) => leftOut > 0)) {
      console.log(
        `Left out: ${leftOut} rows of ${name}, which refer to what the backup does not have.`,
      )
    }
    if (!values['keep-sessions']) console.log('Every session has ended: people sign in again.')
  } finally {
    await close()
  }
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        ...targetOptions,
        objects: { type: 'string' },
        replace: { type: 'boolean', default: false },
        'keep-sessions': { type: 'boolean', default: false },
      },
    })
    const [file, ...more] = positionals
    if (file === undefined || more.length > 0) throw new Error('Say one FILE.')
    return { file, values }
  } catch (error) {
    console.error(`${error.message}\n${usage}`)
    process.exit(2)
  }
}
