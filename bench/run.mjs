import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundle } from './bundles.mjs'
import { measureWorld } from './measure.mjs'
import { openProgress } from './progress.mjs'
import { costTable, speedTable } from './report.mjs'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    requests: { type: 'string', default: '250' },
    concurrency: { type: 'string', default: '8' },
    only: { type: 'string', multiple: true, default: [] },
  },
})
const options = {
  rounds: Number(values.rounds),
  requests: Number(values.requests),
  concurrency: Number(values.concurrency),
  only: values.only,
}
const progress = openProgress()
const place = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'atrium-bench-'))
try {
  const bundles = Object.fromEntries(
    ['atrium', 'recorder', 'floor', 'mail'].map((name) => [
      name,
      bundle(name, join(place, 'bundles')),
    ]),
  )
  const measured = await measureWorld({ accounts: 1_000, bundles, place, options, progress })
  console.log(`${speedTable(measured.results)}\n\n${costTable(measured.results)}`)
} finally {
  rmSync(place, { recursive: true, force: true })
}
