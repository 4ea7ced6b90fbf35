import { parseArgs } from 'node:util'
import { places, runWrangler } from '../dev/wrangler.mjs'

const usage = `usage: npm run admin -- grant <username>     make an account an administrator
       npm run admin -- revoke <username>    make it an ordinary account again
  -- works on the state of \`npm run dev\`, or with one of these:
  --remote            the deployed database
  --harness           the state of \`npm run dev:harness\`
  --persist-to DIR    another local state`

const commands = {
  grant: (target, username) => setRole(target, username, 'admin'),
  revoke: (target, username) => setRole(target, username, 'user'),
}

const { command, username, target } = readArguments()
process.exit(command(target, username))

function setRole(target, username, role) {
  const sql = `UPDATE accounts SET role = '${role}', updated_at = ${Date.now()}
    WHERE username_key = '${username.toLowerCase()}' RETURNING username, role`
  const [account] = execute(target, sql)
  if (!account) {
    console.error(`There is no account "${username}" in ${target.name}.`)
    return 1
  }
  const change = role === 'admin' ? 'is now an administrator' : 'is no administrator any more'
  console.log(`${account.username} ${change} in ${target.name}.`)
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

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        remote: { type: 'boolean', default: false },
        harness: { type: 'boolean', default: false },
        'persist-to': { type: 'string' },
      },
    })
    const [name = '', username = '', ...rest] = positionals
    if (!Object.hasOwn(commands, name)) throw new Error(`Unknown command "${name}".`)
    if (rest.length > 0) throw new Error(`Too much: ${rest.join(' ')}`)
    if (!/^[A-Za-z0-9_.-]{3,100}$/.test(username)) throw new Error(`No username: "${username}"`)
    if (values.remote && (values.harness || values['persist-to'] !== undefined)) {
      throw new Error('--remote goes with no local state.')
    }
    return { command: commands[name], username, target: chooseTarget(values) }
  } catch (error) {
    console.error(`${error.message}\n${usage}`)
    process.exit(2)
  }
}

function chooseTarget({ remote, harness, 'persist-to': persistTo }) {
  const place = harness ? places.harness : places.dev
  const config = ['--config', place.config]
  if (remote) return { name: 'the deployed database', flags: [...config, '--remote', '--yes'] }
  const state = persistTo ?? place.state
  const name = persistTo ?? (harness ? 'the state of the harness' : 'the local state')
  return { name, flags: [...config, '--local', '--persist-to', state] }
}
