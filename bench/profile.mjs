import { join } from 'node:path'
import { startContestant } from './contestant.mjs'
import { openLoad, ready } from './load.mjs'
import { table } from './report.mjs'
import { makeWorld, passwordVars } from './world/make.mjs'

// Where the processor's time goes while one operation is asked again and again: V8's own profile of the
// Worker's isolate, by function. What the runtime does outside of JavaScript is "(program)".

const accounts = 1_000
const shown = 40
const samplingMicroseconds = 200

/** Profiles one operation, after as many requests that only warm up. */
export async function profile({ operation, bundles, place, options, progress }) {
  const { requests: count, concurrency } = options
  const state = join(place, 'profiled')
  const world = {
    accounts,
    ...(await makeWorld(state, { accounts, grants: 2 * count, bundles, progress })),
  }
  const vars = passwordVars(operation.hasFullCost ?? false)
  const { named: bundle, mail } = bundles
  const given = { name: 'atrium', bundle, mail, state, vars, isInspected: true }
  const contestant = await startContestant(given)
  const load = openLoad(contestant.origin, concurrency)
  const requests = Array.from({ length: 2 * count }, (_, k) => ready(operation.request(k, world)))
  await load.sendAll(requests.slice(0, count))
  const session = await attach(await contestant.inspector(), 'atrium')
  await session.ask('Profiler.enable')
  await session.ask('Profiler.setSamplingInterval', { interval: samplingMicroseconds })
  await session.ask('Profiler.start')
  await load.sendAll(requests.slice(count))
  const { profile: taken } = await session.ask('Profiler.stop')
  session.close()
  load.close()
  await contestant.stop()
  return profileTable({ taken, count })
}

async function attach(origin, name) {
  const { host } = new URL(origin)
  const list = await (await fetch(`http://${host}/json`)).json()
  const { webSocketDebuggerUrl } = list.find(({ id }) => id.endsWith(name))
  const socket = new WebSocket(webSocketDebuggerUrl)
  const waiting = new Map()
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(data)
    const { resolve, reject } = waiting.get(id) ?? {}
    if (error) reject?.(new Error(error.message))
    else resolve?.(result)
  })
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error('the inspector does not answer')))
  })
  let last = 0
  return {
    ask(method, params = {}) {
      last += 1
      const id = last
      socket.send(JSON.stringify({ id, method, params }))
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))
    },
    close: () => socket.close(),
  }
}

/** Microseconds per request by function: alone, and with all that it calls. */
function profileTable({ taken, count }) {
  const byId = new Map(taken.nodes.map((node) => [node.id, node]))
  const selfTimes = new Map()
  for (const [place, id] of taken.samples.entries()) {
    selfTimes.set(id, (selfTimes.get(id) ?? 0) + taken.timeDeltas[place])
  }
  const alone = new Map()
  const inAll = new Map()
  const add = (times, name, microseconds) => times.set(name, (times.get(name) ?? 0) + microseconds)
  const parents = new Map(
    taken.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
  )
  for (const [id, microseconds] of selfTimes) {
    add(alone, nameOf(byId.get(id)), microseconds)
    const seen = new Set()
    for (let at = id; at !== undefined; at = parents.get(at)) seen.add(nameOf(byId.get(at)))
    for (const name of seen) add(inAll, name, microseconds)
  }
  const total = [...alone.values()].reduce((sum, one) => sum + one, 0)
  const rows = [...alone]
    .filter(([name]) => name !== '(idle)')
    .sort(([, a], [, b]) => b - a)
    .slice(0, shown)
  const cell = (microseconds) => (microseconds / count).toFixed(1)
  return table(
    ['function', 'µs alone', 'µs with what it calls', 'part'],
    rows.map(([name, microseconds]) => [
      ...[
        name,
        cell(microseconds),
        cell(inAll.get(name)),
        `${((100 * microseconds) / total).toFixed(1)} %`,
      ],
    ]),
  )
}

function nameOf({ callFrame: { functionName, lineNumber, url } }) {
  const name = functionName === '' ? '(anonymous)' : functionName
  return url === '' ? name : `${name}:${lineNumber + 1}`
}
