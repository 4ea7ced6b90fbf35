import { createHash, randomBytes } from 'node:crypto'
import { isRegistrable } from '../src/core/oauth/redirect-uris.ts'
import { scopes } from '../src/core/scopes.ts'
import { auditing, clientSubject } from './admin-audit.mjs'

// Applications, as the operator makes them. What is put into SQL has passed a check here.

// Both as in src/core/oauth/client-administration.ts.
const formerSecretMs = 24 * 60 * 60 * 1000
const pressedTwiceMs = 60 * 1000

/** Nobody can tell an application from an account by a glance at a token, if their ids look alike. */
function checkId(id = '') {
  if (!/^[A-Za-z0-9_-]{3,64}$/.test(id)) {
    throw new Error(`An id is 3 to 64 letters, digits, "_" and "-": "${id}"`)
  }
  if (/^[0-9a-f]{24}$/i.test(id) || /^\d+$/.test(id)) {
    throw new Error(`An id must not look like an account's: "${id}"`)
  }
  return id
}

function checkName(name) {
  if (!/^[^\p{C}'"`\\;]{1,100}$/u.test(name)) {
    throw new Error('A name is 1 to 100 characters without quotes, ";" and "\\".')
  }
  return name
}

function checkScopes(list = '') {
  const names = list.split(/[\s,]+/).filter((name) => name !== '')
  const unknown = names.filter((name) => !Object.hasOwn(scopes, name))
  if (names.length > 0 && unknown.length === 0) return [...new Set(names)]
  const problem = names.length === 0 ? '--scope is missing' : `No scope: ${unknown.join(', ')}`
  throw new Error(`${problem}. There are: ${Object.keys(scopes).join(', ')}`)
}

/** It is compared as an exact text later, so it is stored as given; nothing in it ends a text in SQL. */
function checkUri(uri) {
  if (isRegistrable(uri)) return uri
  throw new Error(
    `A redirect URI is https, http on this machine or an app's own scheme, without a fragment: "${uri}"`,
  )
}

function newSecret() {
  const secret = randomBytes(32).toString('base64url')
  return { secret, hash: createHash('sha256').update(secret).digest('base64url') }
}

export async function createClient({ name: place, execute }, values) {
  const id = checkId(values.id)
  const name = checkName(values.name ?? id)
  const scopeList = JSON.stringify(checkScopes(values.scope))
  const uris = JSON.stringify((values['redirect-uri'] ?? []).map(checkUri))
  const logoutUris = JSON.stringify((values['post-logout-redirect-uri'] ?? []).map(checkUri))
  const { secret, hash } = newSecret()
  const isNew = `NOT EXISTS (SELECT 1 FROM clients WHERE client_id = '${id}')`
  const [made] =
    await execute(`${auditing('application_added', `SELECT '${id}', '${name}' WHERE ${isNew}`)};
    INSERT INTO clients
      (client_id, client_name, secret_hash, redirect_uris, logout_uris, client_scopes, is_first_party,
        registered_at)
    VALUES ('${id}', '${name}', ${values.public ? 'NULL' : `'${hash}'`}, '${uris}', '${logoutUris}',
      '${scopeList}', ${values['first-party'] ? 1 : 0}, ${Date.now()})
    ON CONFLICT DO NOTHING RETURNING client_id`)
  if (!made) {
    console.error(`There is a client "${id}" in ${place} already.`)
    return 1
  }
  console.log(`The client "${id}" is in ${place}.`)
  if (!values.public) showSecret(secret)
  return 0
}

function showSecret(secret) {
  console.log(`secret: ${secret}\nIt is stored nowhere: keep it now.`)
}

export async function listClients({ name: place, execute }) {
  const clients = await execute('SELECT * FROM clients ORDER BY client_id')
  if (clients.length === 0) console.log(`There are no clients in ${place}.`)
  for (const client of clients) {
    const kind = [
      client.secret_hash === null ? 'public' : 'confidential',
      ...(client.is_first_party ? ['first-party'] : []),
      ...(client.former_secret_until > Date.now()
        ? [`former secret until ${new Date(client.former_secret_until).toISOString()}`]
        : []),
    ]
    console.log(`${client.client_id}  ${client.client_name}  (${kind.join(', ')})`)
    console.log(`  since  ${new Date(client.registered_at).toISOString()}`)
    console.log(`  scope  ${JSON.parse(client.client_scopes).join(',')}`)
    for (const uri of JSON.parse(client.redirect_uris)) console.log(`  to     ${uri}`)
    for (const uri of JSON.parse(client.logout_uris)) console.log(`  after  ${uri}`)
  }
  return 0
}

export async function rotateSecret({ name: place, execute }, given) {
  const id = checkId(given)
  const { secret, hash } = newSecret()
  const until = Date.now() + formerSecretMs
  const isToDo = 'secret_hash IS NOT NULL'
  const [rotated] =
    await execute(`${auditing('application_secret_renewed', `${clientSubject(id)} AND ${isToDo}`)};
    UPDATE clients SET former_secret_hash = CASE WHEN former_secret_until > ${until - pressedTwiceMs}
        THEN former_secret_hash ELSE secret_hash END,
      former_secret_until = ${until}, secret_hash = '${hash}'
    WHERE client_id = '${id}' AND ${isToDo} RETURNING client_id`)
  if (!rotated) {
    console.error(`There is no client "${id}" with a secret in ${place}.`)
    return 1
  }
  console.log(`The secret before is good until ${new Date(until).toISOString()}.`)
  showSecret(secret)
  return 0
}

export async function deleteClient({ name: place, execute }, given) {
  const id = checkId(given)
  const [gone] = await execute(`${auditing('application_removed', clientSubject(id))};
    DELETE FROM clients WHERE client_id = '${id}' RETURNING client_id`)
  if (!gone) {
    console.error(`There is no client "${id}" in ${place}.`)
    return 1
  }
  console.log(`The client "${id}" is gone from ${place}, and its tokens count no more.`)
  return 0
}
