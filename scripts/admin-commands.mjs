import { parseArgs } from 'node:util'
import { createClient, deleteClient, listClients, rotateSecret } from './admin-clients.mjs'
import {
  listDeadLetters,
  listWebhooks,
  redeliver,
  removeWebhook,
  setPaused,
} from './admin-webhooks.mjs'
import { endEverything } from './end-sessions.mjs'
import { targetOptions, targetUsage } from './target.mjs'

export const usage = `usage: npm run admin -- grant <username>     make an account an administrator
       npm run admin -- revoke <username>    make it an ordinary account again
       npm run admin -- client create --id ID --scope a,b [--name NAME]
                                             [--redirect-uri URI]... [--post-logout-redirect-uri URI]...
                                             [--public] [--first-party]
                                             make an application, and show its secret once
       npm run admin -- client list
       npm run admin -- client rotate-secret ID
                                             a new secret; the one before is good for 24 hours
       npm run admin -- client delete ID     its tokens end at once
       npm run admin -- webhook list         who is told of what happens here
       npm run admin -- webhook pause ID     what happens waits for it, up to 30 days
       npm run admin -- webhook resume ID
       npm run admin -- webhook dead-letters ID
                                             what it never took
       npm run admin -- webhook redeliver ID [--delivery ID]
                                             send that again, all or one
       npm run admin -- webhook remove ID    with what waits for it
       npm run admin -- end-all-sessions     everybody signs in again; applications lose their grants
${targetUsage}`

const clientOptions = {
  id: { type: 'string' },
  name: { type: 'string' },
  scope: { type: 'string' },
  'redirect-uri': { type: 'string', multiple: true },
  'post-logout-redirect-uri': { type: 'string', multiple: true },
  public: { type: 'boolean' },
  'first-party': { type: 'boolean' },
}

const webhookOptions = { delivery: { type: 'string' } }

/** By name: what is said besides it, in order, and the options that it takes. */
const commands = {
  grant: { takes: ['username'], run: (database, name) => setRole(database, name, 'admin') },
  revoke: { takes: ['username'], run: (database, name) => setRole(database, name, 'user') },
  'client create': { takes: [], options: clientOptions, run: createClient },
  'client list': { takes: [], run: listClients },
  'client rotate-secret': { takes: ['ID'], run: rotateSecret },
  'client delete': { takes: ['ID'], run: deleteClient },
  'webhook list': { takes: [], run: listWebhooks },
  'webhook pause': { takes: ['ID'], run: (database, id) => setPaused(database, id, true) },
  'webhook resume': { takes: ['ID'], run: (database, id) => setPaused(database, id, false) },
  'webhook dead-letters': { takes: ['ID'], run: listDeadLetters },
  'webhook redeliver': { takes: ['ID'], options: webhookOptions, run: redeliver },
  'webhook remove': { takes: ['ID'], run: removeWebhook },
  'end-all-sessions': { takes: [], run: endAllSessions },
}

/**
 * Runs what `args` say on the database that is opened for their values, and gives the exit code. Throws, with
 * nothing asked of a database, where they cannot be right.
 */
export async function runAdmin(args, openDatabase) {
  const { command, given, values } = readArguments(args)
  return command.run(openDatabase(values), ...given, values)
}

async function setRole({ name, execute }, username, role) {
  if (!/^[A-Za-z0-9_.-]{3,100}$/.test(username)) throw new Error(`No username: "${username}"`)
  const [account] = await execute(`UPDATE accounts SET role = '${role}', updated_at = ${Date.now()}
    WHERE username_key = '${username.toLowerCase()}' RETURNING username, role`)
  if (!account) {
    console.error(`There is no account "${username}" in ${name}.`)
    return 1
  }
  const change = role === 'admin' ? 'is now an administrator' : 'is no administrator any more'
  console.log(`${account.username} ${change} in ${name}.`)
  return 0
}

async function endAllSessions({ name, execute }) {
  await execute(endEverything.join('; '))
  console.log(`Every session and grant in ${name} has ended: people sign in again.`)
  return 0
}

function readArguments(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { ...targetOptions, ...clientOptions, ...webhookOptions },
  })
  const words = ['client', 'webhook'].includes(positionals[0]) ? 2 : 1
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
