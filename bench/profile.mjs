import { existsSync, readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { basename, join } from 'node:path'
import { root } from '../dev/wrangler.mjs'
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
  return profileTables({ taken, count }, sourcesOf(bundle))
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

/** Microseconds per request, by where the code comes from and by function: alone, and with all that it calls. */
function profileTables({ taken, count }, placeOf) {
  const places = new Map(taken.nodes.map((node) => [node.id, placeOf(node)]))
  const parents = new Map(
    taken.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
  )
  const [byOrigin, alone, inAll] = [new Map(), new Map(), new Map()]
  const add = (times, name, microseconds) => times.set(name, (times.get(name) ?? 0) + microseconds)
  for (const [place, id] of taken.samples.entries()) {
    const microseconds = taken.timeDeltas[place]
    const { name, origin } = places.get(id)
    if (name === '(idle)') continue
    add(byOrigin, origin, microseconds)
    add(alone, name, microseconds)
    const above = new Set()
    for (let at = id; at !== undefined; at = parents.get(at)) above.add(places.get(at).name)
    for (const one of above) add(inAll, one, microseconds)
  }
  const cell = (microseconds) => (microseconds / count).toFixed(1)
  const largest = (times) => [...times].sort(([, a], [, b]) => b - a).slice(0, shown)
  const origins = largest(byOrigin).map(([origin, microseconds]) => [origin, cell(microseconds)])
  const functions = largest(alone).map(([name, microseconds]) => [
    ...[name, cell(microseconds), cell(inAll.get(name))],
  ])
  return [
    table(['code of', 'µs'], origins),
    table(['function', 'µs alone', 'µs with what it calls'], functions),
  ].join('\n\n')
}

/** Finds a function's place in the sources by the map that wrangler leaves beside a bundle. */
function sourcesOf({ folder }) {
  const map = new SourceMap(JSON.parse(readFileSync(join(folder, 'index.js.map'), 'utf8')))
  return ({ callFrame: { functionName, url, lineNumber, columnNumber } }) => {
    if (url === '') return { name: functionName, origin: functionName }
    const found = url.includes('index.js') ? map.findEntry(lineNumber, columnNumber) : {}
    const source = found.originalSource?.replace(/^.*(?=node_modules\/|src\/)/, '')
    const file = source ?? `the runtime's ${basename(url)}`
    const line = found.originalLine === undefined ? '' : `:${found.originalLine + 1}`
    const origin = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? ownOrigin(file)
    return { name: `${functionName || '(anonymous)'} ${file}${line}`, origin }
  }
}

/** drizzle brings maps of its own, whose paths look like ours. */
function ownOrigin(file) {
  return file.startsWith('src/') && !existsSync(join(root, file)) ? 'drizzle-orm' : file
}
