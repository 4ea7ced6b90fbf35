import '../dev/typescript.mjs'
import { closeSync, existsSync, openSync, writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { chooseTarget, executeMany, fail, targetOptions, targetUsage } from './target.mjs'

// Moves people in from another system, with their passwords. What is taken and what is not, and why, is
// in the report.

const { sourceNames } = await import('./move-in/sources.ts')

const usage = `usage: npm run import -- --from ${sourceNames.join('|')} FILE
  FILE is a dump, one JSON object a line, or CSV with a header.
  --dry-run           says what would happen, and changes nothing
  --with-admins       takes administrators as such; else they are ordinary people here
  --without-password  also takes people whose password cannot be taken: they choose one by a reset
  --origin NAME       what to call where they come from, for moving in from two systems of a kind
  --report FILE       where the report goes (FILE.report.jsonl)
${targetUsage}`

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...targetOptions,
      from: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      'with-admins': { type: 'boolean', default: false },
      'without-password': { type: 'boolean', default: false },
      origin: { type: 'string' },
      report: { type: 'string' },
    },
  })
  const [file, ...more] = positionals
  if (!sourceNames.includes(values.from)) {
    throw new Error(`--from is one of ${sourceNames.join(', ')}.`)
  }
  if (file === undefined || more.length > 0) throw new Error('One file is needed.')
  if (!existsSync(file)) throw new Error(`There is no file "${file}".`)
  await importFile(file, values, chooseTarget(values))
} catch (error) {
  fail(error, usage)
}

async function importFile(file, values, target) {
  const { moveIn } = await import('./move-in/move-in.ts')
  const { readRows } = await import('./move-in/rows.ts')
  const isDry = values['dry-run']
  const terms = {
    origin: values.origin ?? values.from,
    withAdmins: values['with-admins'],
    withoutPassword: values['without-password'],
    now: Date.now(),
  }
  const database = {
    run: async (statements, selects) => executeMany(target, statements, selects),
  }
  const reportPath = values.report ?? `${file}.report.jsonl`
  const report = openSync(reportPath, 'w', 0o600)
  const counts = new Map()
  const count = (what) => counts.set(what, (counts.get(what) ?? 0) + 1)
  const move = { source: values.from, terms, database, isDry }
  for await (const { progress, outcomes } of moveIn(readRows(file), move)) {
    for (const outcome of outcomes) {
      writeSync(report, `${JSON.stringify(outcome)}\n`)
      count(outcome.outcome)
      for (const reason of outcome.reasons) count(`skipped: ${reason}`)
      for (const note of outcome.notes) count(`taken: ${note.replace(/:.*/, '')}`)
    }
    showProgress(progress, counts)
  }
  closeSync(report)
  summarize(counts, { isDry, place: target.name, reportPath })
}

function showProgress(progress, counts) {
  if (!process.stderr.isTTY) return
  const width = 30
  const done = Math.round(progress * width)
  const bar = '█'.repeat(done) + '·'.repeat(width - done)
  const taken = counts.get('taken') ?? 0
  const end = progress < 1 ? '' : '\n'
  process.stderr.write(`\r${bar} ${Math.floor(progress * 100)} %, ${taken} taken${end}`)
}

function summarize(counts, { isDry, place, reportPath }) {
  const of = (what) => counts.get(what) ?? 0
  const listed = (prefix) =>
    [...counts]
      .filter(([what]) => what.startsWith(prefix))
      .sort(([, one], [, other]) => other - one)
      .map(([what, number]) => `  ${String(number).padStart(7)}  ${what.slice(prefix.length)}`)
  const lines = [
    `${of('taken')} ${isDry ? 'would be taken' : 'taken'} into ${place}`,
    ...listed('taken: '),
    `${of('already_here')} already here, ${of('left')} have left since`,
    `${of('skipped')} skipped`,
    ...listed('skipped: '),
    `The report of each line is in ${reportPath}.`,
  ]
  console.log(lines.join('\n'))
}
