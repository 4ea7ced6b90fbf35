import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startLocalServer } from '../dev/local-server.mjs'
import { root } from '../dev/wrangler.mjs'

// Counts through the harness what each endpoint costs D1 and KV, prints the table, and fails when a
// budget is broken. With --write the table replaces the one in ARCHITECTURE.md.

const password = '$uper&ecurePassw0rd'
const begin = '<!-- made by `npm run budgets -- --write` -->'
const end = '<!-- end -->'

/** What the answer does not wait for: what has left is struck off the outbox, throttles are cleared. */
const afterwards = [/^DELETE FROM outbox WHERE id/i, /^DELETE FROM throttles WHERE key/i]

const server = await startLocalServer({ harness: true })
const rows = []
try {
  await measureAll()
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

async function send(path, { method, body, jar } = {}) {
  const response = await fetch(server.origin + path, {
    method: method ?? (body ? 'POST' : 'GET'),
    headers: {
      Origin: server.origin,
      ...(body ? { 'Content-Type': 'application/json' } : {}),
      ...(jar ? { Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  for (const line of jar ? response.headers.getSetCookie() : []) {
    const [name, value] = line.split(';')[0].split('=')
    jar.set(name, value)
  }
  const text = await response.text()
  return text === '' ? null : JSON.parse(text)
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

async function measureAll() {
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
