import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startContestant } from './contestant.mjs'
import { openLoad, ready } from './load.mjs'
import { operations } from './operations.mjs'
import { accessTokensCount, prepare } from './preparation.mjs'
import { countCosts, handOver, record } from './recordings.mjs'
import { ratio, summarize, takeTurns } from './rounds.mjs'
import { renewGrants } from './world/grants.mjs'
import { copyState, openState, populate, settle } from './world/state.mjs'

// Atrium against the floor, operation by operation, in a world of so many accounts.

const loweredIterations = 1_000
const fullIterations = 600_000
/** A password of the full cost keeps the processor busy for long enough to be timed a few times only. */
const fullCostPerRound = 8

const contestantNames = ['atrium', 'floor', 'floor again']

export async function measureWorld({ accounts, bundles, place, options, progress }) {
  const { rounds, requests: perRound, only } = options
  const chosen = operations.filter(({ name }) => only.length === 0 || only.includes(name))
  const base = join(place, `world-${accounts}`)
  const world = { accounts, ...(await makeWorld(base, { accounts, bundles, options, progress })) }

  const plans = chosen.map((operation) => plan(operation, world, rounds, perRound))
  await recordAll(plans, copyState(base, join(place, 'recorder')), bundles, progress)

  const states = contestantNames.map((name) => copyState(base, join(place, name.replace(' ', '-'))))
  const results = []
  for (const hasFullCost of [false, true]) {
    const part = plans.filter(({ operation }) => (operation.hasFullCost ?? false) === hasFullCost)
    if (part.length === 0) continue
    const contestants = await startAll(states, bundles, iterationsVar(hasFullCost), options)
    const report = progress.phase(`measuring, ${accounts}`, part.length)
    for (const [done, one] of part.entries()) {
      results.push(await measureOperation(one, contestants, rounds))
      report(done + 1)
    }
    for (const contestant of contestants) await contestant.stop()
  }
  const order = chosen.map(({ name }) => name)
  results.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
  return { accounts, follows: world.follows, fillSeconds: world.seconds, results }
}

const iterationsVar = (hasFullCost) => ({
  PASSWORD_ITERATIONS: String(hasFullCost ? fullIterations : loweredIterations),
})

async function makeWorld(base, { accounts, bundles, options, progress }) {
  const { rounds, requests: perRound } = options
  mkdirSync(base, { recursive: true })
  const start = (isQuiet) =>
    startContestant({
      name: 'atrium',
      bundle: bundles.atrium,
      mail: bundles.mail,
      state: base,
      vars: iterationsVar(false),
      isQuiet,
    })
  const now = Date.now()
  const empty = await start(true)
  // The first request makes the file of the database.
  await fetch(`${empty.origin}/user/logged`, {
    headers: { Authorization: `Bearer ${'a'.repeat(43)}` },
  })
  await empty.stop()
  const filled = populate(
    base,
    { accounts, iterations: loweredIterations, fullIterations, now },
    progress,
  )
  const grants = (rounds + 1) * perRound
  const db = openState(base)
  renewGrants(db, { count: grants + accessTokensCount, accounts, now })
  settle(db)
  const atrium = await start(false)
  const prepared = await prepare(atrium, grants)
  await atrium.stop()
  settle(openState(base))
  return { ...filled, ...prepared }
}

/** The requests of an operation: for reads the same in each round, for changes new ones. */
function plan(operation, world, rounds, perRound) {
  const size = operation.hasFullCost ? fullCostPerRound : perRound
  const count = operation.changes ? size * (rounds + 1) : size
  const requests = Array.from({ length: count }, (_, k) => operation.request(k, world))
  return { operation, size, requests, recordings: [] }
}

async function recordAll(plans, state, bundles, progress) {
  const report = progress.phase('recording', plans.length)
  let done = 0
  for (const hasFullCost of [false, true]) {
    const part = plans.filter(({ operation }) => (operation.hasFullCost ?? false) === hasFullCost)
    if (part.length === 0) continue
    const { recorder: bundle, mail } = bundles
    const vars = iterationsVar(hasFullCost)
    const recorder = await startContestant({ name: 'recorder', bundle, mail, state, vars })
    for (const one of part) {
      one.recordings = await record(recorder, one.requests)
      done += 1
      report(done)
    }
    await recorder.stop()
  }
}

async function startAll(states, bundles, vars, { concurrency }) {
  const contestants = []
  for (const [place, name] of contestantNames.entries()) {
    const bundle = place === 0 ? bundles.atrium : bundles.floor
    const id = name.replace(' ', '-')
    const given = { name: id, bundle, mail: bundles.mail, state: states[place], vars }
    const contestant = await startContestant(given)
    contestants.push({ ...contestant, name, load: openLoad(contestant.origin, concurrency) })
  }
  return contestants
}

async function measureOperation({ operation, size, requests, recordings }, contestants, rounds) {
  const [, ...floors] = contestants
  for (const floor of floors) await handOver(floor, recordings)
  const sent = requests.map((request, place) => ({
    ...ready(request),
    expected: recordings[place].status,
  }))
  const replayed = sent.map((request, place) => ({ ...request, path: `/${place}` }))
  const partOf = (list, round) =>
    operation.changes ? list.slice(round * size, (round + 1) * size) : list
  const results = await takeTurns(contestants, rounds, ({ name }, round) =>
    partOf(name === 'atrium' ? sent : replayed, round),
  )
  const [ours, floor, control] = contestantNames.map((name) => results.get(name))
  return {
    name: operation.name,
    shown: operation.shown,
    target: operation.target ?? null,
    ratio: ratio(ours, floor),
    control: ratio(control, floor),
    atrium: summarize(ours),
    floor: summarize(floor),
    costs: countCosts(recordings),
  }
}
