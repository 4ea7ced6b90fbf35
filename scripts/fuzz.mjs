import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { startLocalServer } from '../dev/local-server.mjs'
import { judgeOf } from './fuzz/answers.mjs'
import { newLetters, wantsLetter } from './fuzz/letters.mjs'
import { listen, newMemory } from './fuzz/memory.mjs'
import { namesIn, requestsTo } from './fuzz/requests.mjs'

// Sends generated requests to every operation of every document, good ones and bad ones, and fails on
// an answer outside the document and on any 5xx. The same seed makes the same requests, but for ids
// that the server gave.

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    requests: { type: 'string', default: '6000' },
    seconds: { type: 'string', default: '75' },
    api: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
})
const seed = Number(options.seed)
const sentMax = Number(options.requests)
const inFlight = 6
/** After so many requests another person asks, and as soon as one has signed out or is gone. */
const requestsPerPerson = 40
const personsPerAdministrator = 3

console.log(`fuzz: seed ${seed}, up to ${sentMax} requests in ${options.seconds} s`)
const vars = {
  THROTTLE: 'off',
  PASSWORD_ITERATIONS: '1000',
  CLIENT_REGISTRATION: 'open',
}
const server = await startLocalServer({ vars })
const letters = newLetters(server.origin)
const problems = new Map()
const tally = new Map()
const documented = new Map()
let sent = 0
let made = 0
try {
  // The first account of all may make others administrators, and is sent nowhere else. Nobody hears of it, or
  // one of those could close it.
  const root = await register()
  root.client = await registerClient()
  const apis = await readApis(await namesOf(root))
  const giveUpAt = Date.now() + Number(options.seconds) * 1000
  const operations = apis.flatMap(({ operations }) => operations)
  let next = 0
  let round = []
  const work = async () => {
    while (sent < sentMax && Date.now() < giveUpAt) {
      next += 1
      // Each as often as any other, and never in the same order: some undo what others need.
      if (round.length === 0) round = shuffled(operations, seed + next)
      await tryOnce(round.pop(), seed + next, root)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, work))
} finally {
  await server.stop()
}
report()

async function readJson(path) {
  return (await fetch(server.origin + path)).json()
}

async function readApis(unheard) {
  const listed = await readJson('/docs/apis.json')
  const chosen = listed.filter(({ name }) => options.api === undefined || name === options.api)
  return Promise.all(
    chosen.map(async ({ name }) => {
      const document = await readJson(`/${name}/openapi.json`)
      const api = { name, document, judge: judgeOf(document), known: newMemory(unheard) }
      const operations = Object.entries(document.paths).flatMap(([path, item]) =>
        Object.entries(item).map(([method, spec]) => {
          return { api, path, method, spec, offered: Object.keys(item) }
        }),
      )
      return { ...api, operations }
    }),
  )
}

function shuffled(list, seed) {
  const whole = fc.shuffledSubarray(list, { minLength: list.length })
  return fc.sample(whole, { seed, numRuns: 1 })[0]
}

async function tryOnce(operation, seed, root) {
  const { api } = operation
  sent += 1
  if (!api.person || sent % requestsPerPerson === 0) {
    api.person = await makePerson(root)
    listen(api.known, api.person.username, 'username')
    listen(api.known, api.person.email, 'email')
  }
  const { person } = api
  const own = await fieldsOf(person, operation, seed)
  const context = { known: api.known, person, origin: server.origin, own }
  const [request] = fc.sample(requestsTo(operation, api.document, context), { seed, numRuns: 1 })
  const { method, headers, body } = request
  const response = await fetch(server.origin + request.path, {
    method,
    headers,
    body,
    redirect: 'manual',
  })
  const text = await response.text()
  const type = (response.headers.get('Content-Type') ?? '').split(';')[0]
  const { status } = response
  const isSignedOut = status === 401 && Object.values(headers).join().includes(person.token)
  if (isSignedOut && api.person === person) api.person = undefined
  let problem
  try {
    problem = api.judge(operation, request, { status, headers: response.headers, type, text })
    if (type === 'application/json') {
      listen(api.known, JSON.parse(text))
      letters.hear(addressIn(body) ?? person.email, JSON.parse(text))
    }
    if (type === 'text/plain') listen(api.known, text, 'file')
  } catch (error) {
    problem = `${error.message}: ${text.slice(0, 300)}`
  }
  const id = `${api.name} ${operation.spec.operationId}`
  documented.set(id, Object.keys(operation.spec.responses))
  const statuses = tally.get(id) ?? {}
  statuses[status] = (statuses[status] ?? 0) + 1
  tally.set(id, statuses)
  if (problem === null) return
  const key = `${id} ${status} ${problem.slice(0, 80)}`
  if (!problems.has(key)) problems.set(key, { id, seed, request, problem, count: 0 })
  problems.get(key).count += 1
}

/** What is right in this person's requests, with what was mailed to them or to somebody else. */
async function fieldsOf({ username, email, password }, { api, spec }, seed) {
  const names = namesIn(spec, api.document)
  const letter = wantsLetter(names) ? await letters.read(email, names, seed) : {}
  return { username, email, password, currentPassword: password, oldPassword: password, ...letter }
}

function addressIn(body) {
  try {
    const { email } = JSON.parse(body)
    return typeof email === 'string' ? email : undefined
  } catch {
    return undefined
  }
}

/** Somebody with a session that is good in every API; some are administrators. */
async function makePerson(root) {
  // Under the name of the scheme by which applications show who they are.
  const person = { ...(await register()), client: root.client }
  made += 1
  if (made % personsPerAdministrator > 0) return person
  const self = await ask('GET', '/directory/api/user', person)
  const { _id: target } = await self.json()
  await ask('PATCH', '/social/user/me', root, { target, role: 'admin' })
  return person
}

async function register() {
  const username = `p${process.hrtime.bigint()}`
  const email = `${username}@example.com`
  const person = { username, email, password: 'a long enough password' }
  await ask('POST', '/site/user/create', {}, { ...person, name: 'Ada Byron' })
  const code = await letters.take(email)
  await ask('POST', '/social/user/verify-email', {}, { code })
  const { password } = person
  const signedIn = await ask('POST', '/site/user/auth', {}, { username, password })
  const token = /TOKEN=([^;]+)/.exec(signedIn.headers.getSetCookie().join('\n'))?.[1]
  return { ...person, token }
}

/** Everything that an answer may call somebody by. */
async function namesOf(person) {
  const read = async (path) => (await ask('GET', path, person)).json()
  const { _id } = await read('/directory/api/user')
  const { id } = await read('/chat/users/me')
  return [person.username, person.email, _id, id]
}

/** An application, as whoever shows its name and secret. */
async function registerClient() {
  const sent = { redirect_uris: ['https://client.example.com/cb'] }
  const answer = await (await ask('POST', '/oauth/register', {}, sent)).json()
  return { username: answer.client_id, password: answer.client_secret }
}

async function ask(method, path, { token }, body) {
  const answer = await fetch(server.origin + path, {
    method,
    headers: {
      'Content-Type': 'application/json',
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return answer
}

function report() {
  for (const { id, seed, request, problem, count } of problems.values()) {
    console.error(`\n${id}, ${count} times, first with seed ${seed}\n  ${problem}`)
    const { method, path, headers, body } = request
    console.error(`  ${method} ${path.slice(0, 300)} ${JSON.stringify(headers)}`)
    if (body) console.error(`  ${body.toString().slice(0, 500)}`)
  }
  const silent = [...tally].filter(([, statuses]) => !Object.keys(statuses).some((s) => s < 400))
  if (silent.length > 0) console.log(`never successful: ${silent.map(([id]) => id).join(', ')}`)
  for (const [id, statuses] of options.verbose ? [...tally].sort() : []) {
    const unseen = documented.get(id).filter((status) => !(status in statuses) && status < 500)
    console.log(`${id} ${JSON.stringify(statuses)} never ${unseen.join(', ') || 'anything else'}`)
  }
  console.log(`fuzz: ${sent} requests to ${tally.size} operations, ${problems.size} problems`)
  process.exitCode = problems.size === 0 && sent > 0 ? 0 : 1
}
