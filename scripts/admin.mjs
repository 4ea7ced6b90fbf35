import { parseArgs } from 'node:util'
import { places, runWrangler } from '../dev/wrangler.mjs'
import { createClient, deleteClient, listClients, rotateSecret } from './admin-clients.mjs'
import { endEverything } from './end-sessions.mjs'

const usage = `usage: npm run admin -- grant <username>     make an account an administrator
       npm run admin -- revoke <username>    make it an ordinary account again
       npm run admin -- client create --id ID --scope a,b [--name NAME]
                                             [--redirect-uri URI]... [--post-logout-redirect-uri URI]...
                                             [--public] [--first-party]
                                             make an application, and show its secret once
       npm run admin -- client list
       npm run admin -- client rotate-secret ID
                                             a new secret; the one before is good for 24 hours
       npm run admin -- client delete ID     its tokens end at once
       npm run admin -- end-all-sessions     everybody signs in again; applications lose their grants
  -- works on the state of \`npm run dev\`, or with one of these:
  --remote            the deployed database; with --env staging, that of staging
  --harness           the state of \`npm run dev:harness\`
  --persist-to DIR    another local state`

const targetOptions = {
  remote: { type: 'boolean', default: false },
  env: { type: 'string' },
  harness: { type: 'boolean', default: false },
  'persist-to': { type: 'string' },
}
const clientOptions = {
  id: { type: 'string' },
  name: { type: 'string' },
  scope: { type: 'string' },
  'redirect-uri': { type: 'string', multiple: true },
  'post-logout-redirect-uri': { type: 'string', multiple: true },
  public: { type: 'boolean' },
  'first-party': { type: 'boolean' },
}

/** By name: what is said besides it, in order, and the options that it takes. */
const commands = {
  grant: { takes: ['username'], run: (database, name) => setRole(database, name, 'admin') },
  revoke: { takes: ['username'], run: (database, name) => setRole(database, name, 'user') },
  'client create': { takes: [], options: clientOptions, run: createClient },
  'client list': { takes: [], run: listClients },
  'client rotate-secret': { takes: ['ID'], run: rotateSecret },
  'client delete': { takes: ['ID'], run: deleteClient },
  'end-all-sessions': { takes: [], run: endAllSessions },
}

try {
  const { command, given, values } = readArguments(process.argv.slice(2))
  const target = chooseTarget(values)
  const database = { name: target.name, execute: (sql) => execute(target, sql) }
  process.exitCode = command.run(database, ...given, values)
} catch (error) {
  console.error(`${error.message}\n${usage}`)
  process.exitCode = 2
}

function setRole({ name, execute }, username, role) {
  if (!/^[A-Za-z0-9_.-]{3,100}$/.test(username)) throw new Error(`No username: "${username}"`)
  const [account] = execute(`UPDATE accounts SET role = '${role}', updated_at = ${Date.now()}
    WHERE username_key = '${username.toLowerCase()}' RETURNING username, role`)
  if (!account) {
    console.error(`There is no account "${username}" in ${name}.`)
    return 1
  }
  const change = role === 'admin' ? 'is now an administrator' : 'is no administrator any more'
  console.log(`${account.username} ${change} in ${name}.`)
  return 0
}

function endAllSessions({ name, execute }) {
  execute(endEverything.join('; '))
  console.log(`Every session and grant in ${name} has ended: people sign in again.`)
  return 0
}

// The SQL goes to wrangler as text, so everything in it must have been checked before.
function execute(target, sql) {
  const args = ['d1', 'execute', 'DB', '--json', '--command', sql.replace(/\s+/g, ' ')]
  const run = runWrangler([...args, ...target.flags])
  if (run.code === 0) return JSON.parse(run.stdout).flatMap(({ results }) => results)
  console.error(`${target.name} refused.\n${run.stdout}${run.stderr}`)
  process.exit(1)
}

function readArguments(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { ...targetOptions, ...clientOptions },
  })
  const words = positionals[0] === 'client' ? 2 : 1
  const name = positionals.slice(0, words).join(' ')
  if (!Object.hasOwn(commands, name)) throw new Error(`Unknown command "${name}".`)
  const { takes, options = {} } = commands[name]
  const given = positionals.slice(words)
  const foreign = Object.keys(values).filter(
    (one) => !Object.hasOwn({ ...targetOptions, ...options }, one),
  )
  if (foreign.length > 0) throw new Error(`${name} takes no --${foreign.join(' and no --')}.`)
  if (given.length !== takes.length) {
    throw new Error(`${name} takes ${takes.join(' ') || 'nothing besides its options'}.`)
  }
  return { command: commands[name], given, values }
}

function chooseTarget({ remote, env: environment, harness, 'persist-to': persistTo }) {
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
