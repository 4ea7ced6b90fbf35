import { parseArgs } from 'node:util'
import { auditing } from './admin-audit.mjs'
import { createClient, deleteClient, listClients, rotateSecret } from './admin-clients.mjs'
import { actOn, findPeople, showPerson } from './admin-people.mjs'
import { showAudit, showFigures } from './admin-records.mjs'
import {
  listDeadLetters,
  listWebhooks,
  redeliver,
  removeWebhook,
  setPaused,
} from './admin-webhooks.mjs'
import { endEverything } from './end-sessions.mjs'
import { targetOptions, targetUsage } from './target.mjs'

export const usage = `usage: npm run admin -- find TEXT             people by username, address or a part of the name
       npm run admin -- show PERSON          one of them, by username or id
       npm run admin -- disable PERSON       close the account, and end every session
       npm run admin -- enable PERSON        open it again
       npm run admin -- end-sessions PERSON  sign somebody out everywhere, applications too
       npm run admin -- grant PERSON         make an account an administrator
       npm run admin -- revoke PERSON        make it an ordinary account again
       npm run admin -- delete PERSON --yes  for good, with everything in it; no mail tells them
       npm run admin -- figures              sign-ups, sign-ins and failures of 30 days
       npm run admin -- audit                what administrators and this command did last
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
  A code for a new password is mailed from the administrators' page alone: it takes the Worker's secrets.
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
  find: { takes: ['TEXT'], run: findPeople },
  show: { takes: ['PERSON'], run: showPerson },
  ...Object.fromEntries(
    ['disable', 'enable', 'end-sessions', 'grant', 'revoke'].map((name) => [
      name,
      { takes: ['PERSON'], run: (database, person) => actOn(database, name, person) },
    ]),
  ),
  delete: { takes: ['PERSON'], options: { yes: { type: 'boolean' } }, run: deletePerson },
  figures: { takes: [], run: showFigures },
  audit: { takes: [], run: showAudit },
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

async function deletePerson(database, person, { yes }) {
  if (!yes) throw new Error('Deleting is for good: say --yes.')
  return actOn(database, 'delete', person)
}

async function endAllSessions({ name, execute }) {
  const everybody = auditing('sessions_ended', "SELECT 'everybody', 'everybody'")
  await execute([everybody, ...endEverything].join('; '))
  console.log(`Every session and grant in ${name} has ended: people sign in again.`)
  return 0
}

function readArguments(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...targetOptions,
      ...clientOptions,
      ...webhookOptions,
      yes: { type: 'boolean' },
    },
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
