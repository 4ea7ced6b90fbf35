import { groups, operations } from './operations.mjs'

// Sends requests to the harness, and counts what some of them cost.

/** What the answer does not wait for: what has left is struck off the outbox, throttles are cleared, KV is told of sessions. */
const afterwards = [
  /^DELETE FROM outbox WHERE id/i,
  /^DELETE FROM throttles WHERE key/i,
  /^UPDATE sessions SET may_be_in_kv/i,
]

/** The codes of a mail, each on a line of its own. */
const codePattern =
  /^(?:[a-z0-9]{5}(?:-[a-z0-9]{5}){5}|\d{6}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/gm

/** Counts at a server; `rows` fills with what was measured. */
export function createCounting(server) {
  const rows = []

  async function ask(path, { method, body, jar, headers } = {}) {
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
    const { status } = response
    const text = await response.text()
    const to = response.headers.get('Location')
    if (to !== null) return { status, text, answer: new URL(to, server.origin) }
    return { status, text, answer: /^[{[]/.test(text) ? JSON.parse(text) : text }
  }

  /** The answer as JSON, text or the place that it leads to; fails where the request did. */
  async function send(path, request) {
    const { status, text, answer } = await ask(path, request)
    if (status >= 400) throw new Error(`${path}: ${status} ${text.slice(0, 300)}`)
    return answer
  }

  /** The codes of the newest mail, in its order. */
  async function codes() {
    await send('/__harness/settle', { method: 'POST' })
    const [newest] = await send('/dev/mailbox.json')
    return newest.text.match(codePattern)
  }

  async function code() {
    const [first] = await codes()
    return first
  }

  /**
   * Gives the function that sends and counts operations of a group, by their names, e.g. `POST /user/auth`.
   * It sends to the path of that name, or to `at`. A refusal may be cheaper, so that another status than
   * `status` is an error. `budget` is for what the rule of its method is too small for; `variant` tells
   * several rows of one operation apart.
   */
  function measuring(group) {
    const { prefix } = groups.find(({ name }) => name === group)
    return async (name, { at, budget, status = 200, variant, ...request } = {}) => {
      const [method, pattern] = name.split(' ')
      const path = prefix + (at ?? pattern)
      const row = { operation: operationOf(group, name, path), group, name, variant }
      const sent = { method, ...request }
      await send('/__harness/settle', { method: 'POST' })
      await send('/__harness/reset', { method: 'POST' })
      const given = await ask(path, sent)
      await send('/__harness/settle', { method: 'POST' })
      const calls = await send('/__harness/calls?log=1')
      const { statuses } = row.operation
      const isDocumented = statuses === null || status >= 400 || statuses.includes(status)
      if (given.status !== status || !isDocumented) {
        const documented = isDocumented ? '' : ', which is not documented'
        throw new Error(
          `${label(row)}: ${given.status} for ${status}${documented}: ${given.text.slice(0, 300)}`,
        )
      }
      rows.push({ ...row, ...costOf(calls), ...budgetOf(method, budget) })
      return given.answer
    }
  }

  return { rows, send, code, codes, measuring }
}

/** The row in words. */
export function label({ group, name, variant }) {
  return `${group} ${name}${variant === undefined ? '' : `, ${variant}`}`
}

function operationOf(group, name, path) {
  const operation = operations.get(`${group} ${name}`)
  if (operation === undefined) throw new Error(`There is no operation ${group} ${name}`)
  const [, pattern] = name.split(' ')
  const shape = new RegExp(`${pattern.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`)
  if (!shape.test(path.split('?')[0])) throw new Error(`${path} is no ${group} ${name}`)
  return operation
}

/** One round trip for a read, two for a change; what is said of its own is held to exactly. */
function budgetOf(method, own) {
  return { budget: own ?? (method === 'GET' ? 1 : 2), isOwnBudget: own !== undefined }
}

function costOf({ log, KV }) {
  const isAfter = ({ text }) => afterwards.some((pattern) => pattern.test(text))
  const trips = log.filter(({ binding }) => binding === 'DB')
  const before = trips.filter((trip) => !isAfter(trip))
  const sum = (key) => before.reduce((total, trip) => total + trip[key], 0)
  return {
    trips: before.length,
    statements: sum('statements'),
    rowsRead: sum('rowsRead'),
    rowsWritten: sum('rowsWritten'),
    after: trips.length - before.length,
    kv: Object.entries(KV.calls).map(([op, count]) => `${count} ${op}`),
  }
}
