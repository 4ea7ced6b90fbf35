import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { places, runWrangler } from '../dev/wrangler.mjs'

// Which database a script works on, and how it speaks to it. SQL goes to wrangler as text, so everything
// in it must have been checked before.

/** Says what went wrong, with how to call the script where it was called wrongly. */
export function fail(error, usage) {
  console.error(error.exitCode === undefined ? `${error.message}\n${usage}` : error.message)
  process.exitCode = error.exitCode ?? 2
}

export const targetOptions = {
  remote: { type: 'boolean', default: false },
  env: { type: 'string' },
  harness: { type: 'boolean', default: false },
  'persist-to': { type: 'string' },
}

export const targetUsage = `  -- works on the state of \`npm run dev\`, or with one of these:
  --remote            the deployed database; with --env staging, that of staging
  --harness           the state of \`npm run dev:harness\`
  --persist-to DIR    another local state`

export function chooseTarget({ remote, env: environment, harness, 'persist-to': persistTo }) {
  if (remote && (harness || persistTo !== undefined)) {
    throw new Error('--remote goes with no local state.')
  }
  if (environment !== undefined && (!remote || !['staging', 'production'].includes(environment))) {
    throw new Error('--env staging or --env production goes with --remote.')
  }
  const place = harness ? places.harness : places.dev
  const config = ['--config', place.config]
  if (remote) {
    const isStaging = environment === 'staging'
    const flags = [...config, '--env', isStaging ? 'staging' : '', '--remote', '--yes']
    return { name: `the deployed database${isStaging ? ' of staging' : ''}`, flags }
  }
  const state = persistTo ?? place.state
  const name = persistTo ?? (harness ? 'the state of the harness' : 'the local state')
  return { name, flags: [...config, '--local', '--persist-to', state] }
}

function run(target, args) {
  const ran = runWrangler(['d1', 'execute', 'DB', '--json', ...args, ...target.flags])
  if (ran.code === 0) return ran.stdout
  const message = `${target.name} refused.\n${ran.stdout}${ran.stderr}`
  throw Object.assign(new Error(message), { exitCode: 1 })
}

/** The rows that statements give. */
export function execute(target, sql) {
  const found = run(target, ['--command', sql.replace(/\s+/g, ' ')])
  return JSON.parse(found).flatMap(({ results }) => results)
}

/**
 * Runs statements and then SELECTs, and gives the rows of those. By a file, which takes more than a command
 * line and shows nobody a hash in a list of processes. The deployed database answers nobody else while
 * it reads one, and tells no rows, so that it is asked for them one by one.
 */
export function executeMany(target, statements, selects) {
  const isRemote = target.flags.includes('--remote')
  const inFile = isRemote ? statements : [...statements, ...selects]
  const results = inFile.length > 0 ? executeFile(target, inFile) : []
  if (isRemote) return selects.flatMap((select) => execute(target, select))
  return results.slice(statements.length).flatMap((one) => one.results)
}

function executeFile(target, statements) {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-'))
  try {
    const file = join(folder, 'statements.sql')
    writeFileSync(file, `${statements.join(';\n')};\n`, { mode: 0o600 })
    return JSON.parse(run(target, ['--file', file]))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
