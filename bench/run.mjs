import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureAgainst } from './against.mjs'
import { bundle } from './bundles.mjs'
import { writeCosts } from './costs.mjs'
import { describeMachine } from './machine.mjs'
import { measureWorlds } from './measure.mjs'
import { operations } from './operations.mjs'
import { profile } from './profile.mjs'
import { openProgress } from './progress.mjs'
import { sectionsOf, writeResults } from './results.mjs'
import { measureStarts } from './starts.mjs'

const usage = `usage: npm run bench [-- options]
  --against better-auth   also compare with the npm package better-auth
  --accounts N            also measure in a world of N accounts, and compare it with the one of 1000
  --profile OPERATION     only tell where the time goes in one operation
  --costs                 only write bench/COSTS.md
  --only OPERATION        only this one; may be given several times
  --rounds N (27) --requests N (150) --concurrency N (8)
  --write                 leave a report and pictures under bench/results/
  --dir DIR               where local state is kept meanwhile; a memory disk spares it the disk's noise
operations: ${operations.map(({ name }) => name).join(', ')}`

const options = readOptions()
const progress = openProgress()
const place = mkdtempSync(join(options.dir, 'atrium-bench-'))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))
process.once('exit', () => rmSync(place, { recursive: true, force: true }))
if (options.profile) await runProfile()
else if (options.costs) await runCosts()
else await runAll()

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        against: { type: 'string' },
        accounts: { type: 'string' },
        profile: { type: 'string' },
        costs: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true, default: [] },
        rounds: { type: 'string', default: '27' },
        requests: { type: 'string', default: '150' },
        concurrency: { type: 'string', default: '8' },
        dir: { type: 'string', default: tmpdir() },
      },
    })
    const count = (name) => {
      if (values[name] === undefined) return undefined
      if (!/^[1-9]\d*$/.test(values[name]))
        throw new Error(`--${name}: ${values[name]} is no count`)
      return Number(values[name])
    }
    if (![undefined, 'better-auth'].includes(values.against)) {
      throw new Error(`--against: there is only better-auth`)
    }
    const counts = ['accounts', 'rounds', 'requests', 'concurrency'].map((name) => [
      name,
      count(name),
    ])
    return { ...values, ...Object.fromEntries(counts) }
  } catch (error) {
    console.error(`${error.message}\n${usage}`)
    process.exit(2)
  }
}

function bundleAll(names) {
  const report = progress.phase('bundling', names.length)
  const bundled = names.map((name, done) => {
    const made = bundle(name, join(place, 'bundles'))
    report(done + 1)
    return [name, made]
  })
  return Object.fromEntries(bundled)
}

async function runProfile() {
  const operation = operations.find(({ name }) => name === options.profile)
  if (!operation) {
    console.error(usage)
    process.exit(2)
  }
  const named = bundle('atrium', join(place, 'bundles'), { hasNames: true })
  const bundles = { ...bundleAll(['atrium', 'mail']), named }
  console.log(await profile({ operation, bundles, place, options, progress }))
}

async function runCosts() {
  const bundles = bundleAll(['atrium', 'recorder', 'mail'])
  console.log(await writeCosts({ bundles, place, progress }))
}

async function runAll() {
  const machine = describeMachine()
  if (machine.isBusy) {
    console.error(`The machine is busy (load ${machine.load.toFixed(2)}): ratios will be noisy.`)
  }
  const names = ['atrium', 'recorder', 'floor', 'mail', ...(options.against ? ['betterAuth'] : [])]
  const bundles = bundleAll(names)
  const given = { bundles, place, options, progress }
  const sizes = [...new Set([1_000, options.accounts ?? 1_000])]
  const [small, large = null] = await measureWorlds({ ...given, sizes })
  const starts = await measureStarts(given)
  const against = options.against ? await measureAgainst(given) : null
  const measured = { small, starts, bundles, against, large }
  for (const { title, text } of sectionsOf(measured)) console.log(`\n${title}\n\n${text}`)
  if (!options.write) return
  for (const file of writeResults(measured, { machine, options })) console.log(`wrote ${file}`)
}
