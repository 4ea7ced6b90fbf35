import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startLocalServer } from '../dev/local-server.mjs'
import { root } from '../dev/wrangler.mjs'

// Counts through the harness what each endpoint costs D1 and KV, prints the table, and fails when a
// budget is broken. With --write the table replaces the one in ARCHITECTURE.md.

const password = '$uper&ecurePassw0rd'
const begin = '<!-- made by `npm run budgets -- --write` -->'
const end = '<!-- end -->'

/** Where the application waits that asks for people's consent. */
const callback = 'https://client.example/callback'

/** What the answer does not wait for: what has left is struck off the outbox, throttles are cleared. */
const afterwards = [/^DELETE FROM outbox WHERE id/i, /^DELETE FROM throttles WHERE key/i]

/** A PNG of one black point. */
const point =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=='

const server = await startLocalServer({ harness: true })
const rows = []
try {
  await measureSocial()
  await measureGraph()
  await measurePictures()
  await measureSite()
  await measureDirectory()
  await measureChat()
  await measureTalent()
  await measureOAuth()
  await measureAdministration()
} finally {
  await server.stop()
}

const table = [
  '| request | D1 round trips | budget | statements | rows read | rows written | after the answer | KV |',
  '| --- | --- | --- | --- | --- | --- | --- | --- |',
  ...rows.map((row) => `| ${row.join(' | ')} |`),
].join('\n')
console.log(table)
if (process.argv.includes('--write')) write()
const broken = rows.filter(([, trips, budget]) => trips > budget)
for (const [name, trips, budget] of broken) console.error(`${name}: ${trips} > ${budget}`)
process.exit(broken.length === 0 ? 0 : 1)

function write() {
  const file = join(root, 'ARCHITECTURE.md')
  const text = readFileSync(file, 'utf8')
  const [before] = text.split(begin)
  const after = text.slice(text.indexOf(end, before.length))
  writeFileSync(file, `${before}${begin}\n\n${table}\n\n${after}`)
}

async function send(path, { method, body, jar, headers } = {}) {
  const isReady = typeof body === 'string' || body instanceof FormData
  const response = await fetch(server.origin + path, {
    method: method ?? (body ? 'POST' : 'GET'),
    redirect: 'manual',
    headers: {
      Origin: server.origin,
      ...(body && !(body instanceof FormData) ? { 'Content-Type': 'application/json' } : {}),
      ...headers,
      ...(jar ? { Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') } : {}),
    },
    ...(body ? { body: isReady ? body : JSON.stringify(body) } : {}),
  })
  for (const line of jar ? response.headers.getSetCookie() : []) {
    const [name, value] = line.split(';')[0].split('=')
    jar.set(name, value)
  }
  const text = await response.text()
  if (response.status === 303) return new URL(response.headers.get('Location'), server.origin)
  return /^[{[]/.test(text) ? JSON.parse(text) : text
}

async function code() {
  await send('/__harness/settle', { method: 'POST' })
  const [newest] = await send('/dev/mailbox.json')
  return newest.text.match(/^([a-z0-9]{5}(-[a-z0-9]{5}){5}|\d{6})$/m)[0]
}

async function measure(name, budget, path, request) {
  await send('/__harness/settle', { method: 'POST' })
  await send('/__harness/reset', { method: 'POST' })
  const answer = await send(path, request)
  await send('/__harness/settle', { method: 'POST' })
  const { log, KV } = await send('/__harness/calls?log=1')
  const isAfter = ({ text }) => afterwards.some((pattern) => pattern.test(text))
  const trips = log.filter(({ binding }) => binding === 'DB')
  const before = trips.filter((trip) => !isAfter(trip))
  const sum = (key) => before.reduce((total, trip) => total + trip[key], 0)
  const kv = Object.entries(KV.calls).map(([op, n]) => `${n} ${op}`)
  rows.push([
    name,
    before.length,
    budget,
    sum('statements'),
    sum('rowsRead'),
    sum('rowsWritten'),
    trips.length - before.length,
    kv.join(', ') || '–',
  ])
  return answer
}

/** The same for what must not be refused, because a refusal may be cheaper. */
async function measureDone(name, ...given) {
  const answer = await measure(name, ...given)
  if (answer.ok === 0) throw new Error(`${name} answered ${answer.error}`)
  return answer
}

async function measureSocial() {
  const names = { firstName: 'John', lastName: 'Doe' }
  const other = { username: 'jane_doe', email: 'jane@example.com', password, ...names }
  const { data: otherData } = await send('/user/create', { body: other })
  const body = { username: 'john_doe', email: 'john@example.com', password, ...names }
  const jar = new Map()
  const signIn = { username: 'john_doe', password, userAgent: 'budgets' }

  await measure('`POST /user/create`', 2, '/user/create', { body })
  await measure('`POST /user/verify-email`', 2, '/user/verify-email', {
    body: { code: await code() },
  })
  const target = otherData.user._id
  await measure('`GET /user/resend-verification`', 2, `/user/resend-verification?target=${target}`)
  await measure('`POST /user/login`', 2, '/user/login', { body: signIn, jar })
  await measure('`POST /user/login`, wrong password', 2, '/user/login', {
    body: { ...signIn, password: 'a wrong one' },
  })
  await measure('`GET /user/me`', 1, '/user/me', { jar })
  await measure('`GET /user/:userId`', 1, `/user/${target}`, { jar })
  await measure('`GET /user/session-state`', 1, '/user/session-state', { jar })
  await measure('`GET /user/login-history`', 1, '/user/login-history', { jar })
  const patch = (changes) => ({ method: 'PATCH', body: changes, jar })
  await measure('`PATCH /user/me`', 2, '/user/me', patch({ bio: 'Grab a straw' }))
  await measure('`PATCH /user/me`, e-mail', 2, '/user/me', patch({ email: 'new@example.com' }))
  const changed = { password: 'another password' }
  await measure('`PATCH /user/me`, password', 2, '/user/me', patch(changed))
  await measure(
    '`PATCH /user/me`, password by password',
    3,
    '/user/me',
    patch({ password, currentPassword: 'another password' }),
  )
  await measure('`POST /user/private`', 2, '/user/private', { body: { state: true }, jar })
  const second = new Map()
  await send('/user/login', { body: signIn, jar: second })
  await measure('`POST /user/logout`', 2, '/user/logout', { method: 'POST', jar: second })
  await measure('`POST /user/2fa`', 2, '/user/2fa', { body: { state: true }, jar })
  const pending = await measure('`POST /user/login`, second factor', 2, '/user/login', {
    body: signIn,
    jar,
  })
  const { sessionHash, user } = pending.data
  await measure('`POST /user/do-2fa`', 2, '/user/do-2fa', {
    body: { target: user._id, sessionHash, code: await code() },
    jar,
  })
  await measure('`GET /user/code`', 2, '/user/code?email=john@example.com')
  await measure('`GET /user/code`, unknown', 2, '/user/code?email=nobody@example.com')
  const resetCode = await code()
  await measure('`POST /user/logout-all`', 2, '/user/logout-all', { method: 'POST', jar })
  await measure('`POST /user/reset-password`', 2, '/user/reset-password', {
    body: { code: resetCode, password: 'yet another password' },
  })
}

/** Somebody of `social` who is signed in. */
async function member(username) {
  const jar = new Map()
  const names = { firstName: 'John', lastName: 'Doe' }
  const body = { username, email: `${username}@example.com`, password, ...names }
  const { data } = await send('/user/create', { body })
  await send('/user/verify-email', { body: { code: await code() } })
  await send('/user/login', { body: { username, password, userAgent: 'budgets' }, jar })
  return { id: data.user._id, jar }
}

async function measureGraph() {
  const [fan, star] = [await member('graph_fan'), await member('graph_star')]
  const toward = (verb) =>
    measureDone(`\`POST /user/${verb}\``, 2, `/user/${verb}`, {
      body: { target: star.id },
      jar: fan.jar,
    })
  const read = (path, shown, jar = fan.jar) =>
    measureDone(`\`GET /user/${shown}\``, 1, path, { jar })
  const setPrivate = (state) => send('/user/private', { body: { state }, jar: star.jar })
  const ask = () => send('/user/follow', { body: { target: star.id }, jar: fan.jar })
  const asked = async () => {
    const { data } = await send('/user/follow-requests', { jar: star.jar })
    return data.records[0]._id
  }

  await read('/user/invite-codes', 'invite-codes')
  await measureDone('`GET /user/scopes`', 0, '/user/scopes')
  const query = { query: 'graph' }
  await measureDone('`POST /user/search`', 1, '/user/search', { body: query, jar: fan.jar })
  await toward('follow')
  await read(`/user/follow-status/${star.id}`, 'follow-status')
  await read('/user/followers', 'followers', star.jar)
  await read('/user/following', 'following')
  await read(`/user/${star.id}/followers`, ':userId/followers')
  await read(`/user/${star.id}/following`, ':userId/following')
  await toward('unfollow')
  await setPrivate(true)
  await ask()
  await read('/user/follow-requests', 'follow-requests', star.jar)
  const request = { method: 'PATCH', body: { request: await asked() }, jar: star.jar }
  await measureDone('`PATCH /user/follow-request`', 2, '/user/follow-request', request)
  const entry = { method: 'DELETE', body: { entry: request.body.request }, jar: star.jar }
  await measureDone('`DELETE /user/follow-entry`', 2, '/user/follow-entry', entry)
  await ask()
  const open = { body: { state: false }, jar: star.jar }
  await measureDone('`POST /user/private`, with a request', 2, '/user/private', open)
  await toward('block')
  await toward('unblock')
}

async function measurePictures() {
  const { jar } = await member('graph_face')
  const body = new FormData()
  const file = new Blob([Buffer.from(point, 'base64')], { type: 'image/png' })
  body.set('profilePicture', file, 'me.png')
  const path = '/user/profile-picture'
  const upload = { method: 'PATCH', body, jar }
  await measureDone('`PATCH /user/profile-picture`', 3, path, upload)
  const { data } = await measureDone('`PATCH /user/profile-picture`, another', 3, path, upload)
  const { pathname, search } = new URL(data.signedUrl)
  await measureDone('`GET /pictures/:userId/:token`', 1, pathname + search)
  await measureDone('`DELETE /user/profile-picture`', 2, path, { method: 'DELETE', jar })
}

async function measureSite() {
  const jar = new Map()
  const body = { username: 'site_user', email: 'site@example.com', password }
  await measure('`POST /user/create` (site)', 2, '/site/user/create', { body, jar })
  await measure('`POST /user/auth`', 2, '/user/auth', { body, jar })
  await measure('`GET /user/logged`', 1, '/user/logged', { jar })
  await measure('`GET /user/profile/:username`', 1, '/user/profile/site_user')
  const asked = '/user/password-reset-token?email=site@example.com'
  await measure('`POST /user/password-reset-token`', 2, asked, { method: 'POST' })
}

async function measureDirectory() {
  const body = { username: 'directory_user', email: 'directory@example.com', password }
  const { token } = await measure('`POST /users/register`', 2, '/users/register', { body })
  await measure('`POST /users/login` (directory)', 2, '/users/login', { body })
  const headers = { Authorization: `Bearer ${token}` }
  await measure('`GET /api/user`', 1, '/api/user', { headers })
  // The first account of an empty local database administers.
  const admin = { username: 'jane_doe', password }
  const { token: key } = await send('/users/login', { body: admin })
  const asAdmin = { headers: { Authorization: `Bearer ${key}` } }
  await measure('`GET /api/users`, page of 2', 1, '/api/users?limit=2', asAdmin)
  const found = await measure('`GET /api/users/:id`', 1, '/api/users/directory_user', asAdmin)
  const path = `/api/users/${found._id}`
  const action = { method: 'PUT', body: { action: 'disableLogin' }, ...asAdmin }
  await measure('`PUT /api/users/:id`', 2, path, action)
  await measure('`DELETE /api/users/:id`', 2, path, { method: 'DELETE', ...asAdmin })
}

async function measureChat() {
  const id = '0F4E1EA6-9F2F-4239-96EC-64CBFC7E4815'
  const deviceInfo = { id, name: 'A phone', model: 'Phone 1', transport: 'none' }
  const body = { name: 'John Doe', username: 'chat_user', password, deviceInfo }
  await measure('`POST /users`', 2, '/users', { body })
  const basic = { Authorization: `Basic ${btoa(`chat_user:${password}`)}` }
  const signedIn = await measure('`POST /users/login` (chat)', 3, '/users/login', {
    body: { deviceInfo },
    headers: basic,
  })
  const headers = { Authorization: `Bearer ${signedIn.deviceSessions[0].accessToken}` }
  await measure('`GET /users/me`', 1, '/users/me', { headers })
  await measure('`GET /users/:id`', 1, `/users/${signedIn.id}`)
  await measure('`GET /users/?s=`', 1, '/users/?s=hat_us')
  const about = { about: 'Grab a straw' }
  await measure('`PUT /users/me`', 2, '/users/me', { method: 'PUT', body: about, headers })
  const upload = {
    method: 'POST',
    body: 'not a picture',
    headers: { ...headers, 'Content-Type': 'png' },
  }
  const name = await measure('`POST /uploads`', 3, '/uploads', upload)
  await measure('`GET /uploads/:name`', 1, `/uploads/${name}`)
  const photo = { id: name.split('.')[0], fileType: 'png', fileSize: 13 }
  await measure('`POST /users/me/photos`', 2, '/users/me/photos', { body: { photo }, headers })
  await measure('`POST /users/me/logout`', 2, '/users/me/logout', { method: 'POST', headers })
}

async function measureTalent() {
  const email = 'talent@example.com'
  const body = { firstName: 'Alice', lastName: 'Bob', email, password, confirmPassword: password }
  const created = await measure('`POST /v1/auth/create-account`', 3, '/v1/auth/create-account', {
    body,
  })
  const { token: tempToken } = created.data.tempToken
  await measure('`POST /v1/auth/account/verify`', 4, '/v1/auth/account/verify', {
    body: { tempToken, token: await code() },
  })
  const credentials = { email, password }
  const { data } = await measure('`POST /v1/auth/login`', 3, '/v1/auth/login', {
    body: credentials,
  })
  const headers = { Authorization: `Bearer ${data.token}` }
  await measure('`GET /v1/account`', 1, '/v1/account', { headers })
  const profile = { bio: { title: 'Engineer' }, talent: { tags: ['web3', 'crypto', 'devops'] } }
  const update = { method: 'PATCH', body: { profile }, headers }
  await measure('`PATCH /v1/account/update`', 2, '/v1/account/update', update)
  await measure('`GET /v1/account/user/:id`', 1, `/v1/account/user/${data._id}`, { headers })
  const filters = 'search=ali&tags=web3&profileCompletenessMin=10'
  await measure('`GET /v1/account/user`', 1, '/v1/account/user', { headers })
  await measure('`GET /v1/account/user`, filtered', 1, `/v1/account/user?${filters}`, { headers })
  const bookmark = { body: { reference: data._id, type: 'user' }, headers }
  await measure('`POST /v1/bookmark`', 2, '/v1/bookmark', bookmark)
  await measure('`GET /v1/bookmark`', 1, '/v1/bookmark', { headers })
  const second = (name, budget, sent) =>
    measure(`\`POST /v1/account/${name}\``, budget, `/v1/account/${name}`, { body: sent, headers })
  await second('initiate/2fa', 2, { type: 'email' })
  await second('activate/2fa', 3, { code: await code() })
  const pending = await send('/v1/auth/login', { body: credentials })
  await measure('`POST /v1/auth/login/2fa`', 3, '/v1/auth/login/2fa', {
    body: { code: await code(), tempToken: pending.data.tempToken.token },
  })
  await second('2fa/email', 3, { password })
  await second('deactivate/2fa', 3, { code: await code() })
  const asked = await measure('`POST /v1/auth/password/reset`', 2, '/v1/auth/password/reset', {
    body: { email },
  })
  const reset = { tempToken: asked.data.tempToken.token, token: await code() }
  await measure('`POST /v1/auth/validate/password`', 1, '/v1/auth/validate/password', {
    body: reset,
  })
  await second('delete-account', 3, { password })
}

/** An application, as the operator makes it, with the header by which it says who it is. */
function newApplication() {
  const scope = 'client:oauth:introspect openid profile delegated:profile:read'
  const given = ['client', 'create', '--id', 'budgets', '--scope', scope]
  const place = ['--redirect-uri', callback, '--harness', '--persist-to', server.state]
  const args = [join(root, 'scripts/admin.mjs'), ...given, ...place]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  const secret = /^secret: (\S+)$/m.exec(stdout)?.[1]
  if (secret === undefined) throw new Error(`no application was made: ${stderr}`)
  return { Authorization: `Basic ${btoa(`budgets:${secret}`)}` }
}

async function measureOAuth() {
  const headers = newApplication()
  const { jar } = await member('oauth_person')
  const session = jar.get('atrium_session')
  const wanted = { body: { grant_type: 'client_credentials' }, headers }
  const shown = (token, as = headers) => ({ body: { token }, headers: as })
  await measure('`GET /.well-known/…`', 0, '/.well-known/oauth-authorization-server')
  await measure('`POST /oauth/token`, the first of all', 3, '/oauth/token', wanted)
  const { access_token: token } = await measure('`POST /oauth/token`', 1, '/oauth/token', wanted)
  await measure('`GET /oauth/jwks`', 0, '/oauth/jwks')
  const path = '/oauth/introspect'
  await measure('`POST /oauth/introspect`, session', 2, path, shown(session))
  await measure('`POST /oauth/introspect`, client', 2, path, shown(token))
  const own = { Authorization: `Bearer ${token}` }
  await measure('`POST /oauth/introspect`, by token', 2, path, shown(session, own))
  await measure('`POST /oauth/revoke`', 2, '/oauth/revoke', shown(token))
  await measureGrants(headers, jar)
}

/** An application that is let in, from the page on which it asks to its tokens. */
async function measureGrants(headers, jar) {
  const verifier = 'a'.repeat(43)
  const asked = {
    client_id: 'budgets',
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid profile delegated:profile:read',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }
  const request = new URLSearchParams(asked).toString()
  const authorize = `/oauth/authorize?${request}`
  const codeOf = (place) => {
    const code = place.searchParams?.get('code')
    if (!code) throw new Error(`no code: ${place}`)
    return code
  }

  const page = await measure('`GET /oauth/authorize`, asking', 2, authorize, { jar })
  const account = /name="account" value="(\w+)"/.exec(page)?.[1]
  const decided = { body: { request, account, decision: 'allow' }, jar }
  await measure('`POST /oauth/consent`', 3, '/oauth/consent', decided).then(codeOf)
  const place = await measure('`GET /oauth/authorize`, agreed', 3, authorize, { jar })
  const pushed = await measure('`POST /oauth/par`', 2, '/oauth/par', { body: asked, headers })
  const { request_uri } = pushed
  const left = `/oauth/authorize?${new URLSearchParams({ client_id: 'budgets', request_uri })}`
  await measure('`GET /oauth/authorize`, pushed', 3, left, { jar }).then(codeOf)

  const token = '/oauth/token'
  const redemption = { code: codeOf(place), redirect_uri: callback, code_verifier: verifier }
  const first = await measure('`POST /oauth/token`, code', 2, token, {
    body: { grant_type: 'authorization_code', ...redemption },
    headers,
  })
  const next = await measure('`POST /oauth/token`, refresh', 2, token, {
    body: { grant_type: 'refresh_token', refresh_token: first.refresh_token },
    headers,
  })
  const bearer = { headers: { Authorization: `Bearer ${next.access_token}` } }
  await measure('`GET /oauth/userinfo`', 1, '/oauth/userinfo', bearer)
  await measure('`GET /user/me`, by an application', 1, '/user/me', bearer)
  const shown = { body: { token: next.access_token }, headers }
  await measure('`POST /oauth/introspect`, grant', 2, '/oauth/introspect', shown)
  const given = { body: { token: next.refresh_token }, headers }
  await measure('`POST /oauth/revoke`, grant', 2, '/oauth/revoke', given)
}

/** Pages of administrators; the first account of this database is one. */
async function measureAdministration() {
  const jar = new Map()
  await send('/sign-in', { body: { name: 'jane_doe', password }, jar })
  const { id } = await member('somebody_else')
  const people = '/administration/people'
  const place = `${people}/${id}`
  await measure('`GET /administration`', 1, '/administration', { jar })
  await measure('`GET /administration/people`', 1, `${people}?q=somebody`, { jar })
  await measure('`GET /administration/people/:id`', 1, place, { jar })
  for (const word of ['disable', 'enable', 'reset']) {
    const path = `${place}/${word}`
    const done = await measure(`\`POST …/people/:id/${word}\``, 2, path, { method: 'POST', jar })
    if (done.search !== `?done=${word}`) throw new Error(`${path} answered ${done}`)
  }
  await measure('`GET /administration/audit`', 1, '/administration/audit', { jar })
}
