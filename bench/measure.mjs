import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { startContestant } from './contestant.mjs'
import { openLoad, ready } from './load.mjs'
import { operations } from './operations.mjs'
import { countCosts, handOver, record } from './recordings.mjs'
import { speedRatio, summarize, takeTurns, warmUpRounds } from './rounds.mjs'
import { makeWorld, passwordVars } from './world/make.mjs'
import { copyState } from './world/state.mjs'

// Atrium against the floor, operation by operation, in a world of so many accounts.

/** A password of the full cost keeps the processor busy for long enough to be timed a few times only. */
const fullCostPerRound = 8
const fullCostShare = 1 / 5

/** How many different reads there are. */
const readsMax = 250

const contestantNames = ['atrium', 'floor', 'floor again']

export async function measureWorld({ accounts, bundles, place, options, progress }) {
  const { rounds, requests: perRound, only } = options
  const chosen = operations.filter(({ name }) => only.length === 0 || only.includes(name))
  const base = join(place, `world-${accounts}`)
  const grants = (rounds + warmUpRounds) * perRound
  const world = { accounts, ...(await makeWorld(base, { accounts, grants, bundles, progress })) }

  const plans = chosen.map((operation) => plan(operation, world, rounds, perRound))
  const recorded = copyState(base, join(place, 'recorder'))
  const freshTrips = await recordAll(plans, world, recorded, bundles, progress)
  rmSync(recorded, { recursive: true })

  const states = [
    base,
    ...contestantNames.slice(1).map((name) => copyState(base, join(place, name))),
  ]
  const results = []
  for (const hasFullCost of [false, true]) {
    const part = withCost(plans, hasFullCost)
    if (part.length === 0) continue
    const contestants = await startAll(states, bundles, passwordVars(hasFullCost), options)
    const report = progress.phase(`measuring, ${accounts}`, part.length)
    const isFirst = ({ operation }) => Number(operation.perishes ?? false)
    const inTurn = part.toSorted((a, b) => isFirst(b) - isFirst(a))
    for (const [done, one] of inTurn.entries()) {
      results.push(await measureOperation(one, contestants))
      report(done + 1)
    }
    for (const contestant of contestants) await contestant.stop()
  }
  for (const state of states) rmSync(state, { recursive: true })
  const { follows, bytes, seconds: fillSeconds } = world
  const order = chosen.map(({ name }) => name)
  results.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
  return { accounts, follows, bytes, fillSeconds, freshTrips, results }
}

const withCost = (plans, hasFullCost) =>
  plans.filter(({ operation }) => (operation.hasFullCost ?? false) === hasFullCost)

/** The requests of an operation: for reads the same again and again, for changes new ones. */
function plan(operation, world, roundsOfAll, perRound) {
  const { hasFullCost, changes } = operation
  const rounds = hasFullCost ? Math.ceil(roundsOfAll * fullCostShare) : roundsOfAll
  const size = hasFullCost ? fullCostPerRound : perRound
  const sent = size * (rounds + warmUpRounds)
  const count = changes ? sent : Math.min(sent, readsMax)
  const requests = Array.from({ length: count }, (_, k) => operation.request(k, world))
  return { operation, rounds, size, requests, recordings: [] }
}

/** Gives how often a fresh isolate asked D1 for its first session check: as often as for any other. */
async function recordAll(plans, world, state, bundles, progress) {
  const report = progress.phase('recording', plans.length)
  const check = operations.find(({ name }) => name === 'session check').request(0, world)
  let freshTrips = 0
  let done = 0
  for (const hasFullCost of [false, true]) {
    const part = withCost(plans, hasFullCost)
    if (part.length === 0) continue
    const { recorder: bundle, mail } = bundles
    const vars = passwordVars(hasFullCost)
    const recorder = await startContestant({ name: 'recorder', bundle, mail, state, vars })
    freshTrips = countCosts(await record(recorder, [check])).trips.max
    for (const one of part) {
      one.recordings = await record(recorder, one.requests)
      done += 1
      report(done)
    }
    await recorder.stop()
  }
  return freshTrips
}

async function startAll(states, bundles, vars, { concurrency }) {
  const contestants = []
  for (const [place, name] of contestantNames.entries()) {
    const bundle = place === 0 ? bundles.atrium : bundles.floor
    const given = { name: name.replace(' ', '-'), bundle, mail: bundles.mail, state: states[place] }
    const contestant = await startContestant({ ...given, vars })
    contestants.push({ ...contestant, name, load: openLoad(contestant.origin, concurrency) })
  }
  return contestants
}

async function measureOperation({ operation, rounds, size, requests, recordings }, contestants) {
  const [, ...floors] = contestants
  for (const floor of floors) await handOver(floor, recordings)
  const sent = requests.map((request, place) => ({
    ...ready(request),
    expected: recordings[place].status,
    expectedBody: operation.perishes ? recordings[place].body : undefined,
  }))
  const replayed = sent.map((request, place) => ({ ...request, path: `/${place}` }))
  const partOf = (list, round) =>
    Array.from({ length: size }, (_, n) => list[(round * size + n) % list.length])
  const results = await takeTurns(contestants, rounds, ({ name }, round) =>
    partOf(name === 'atrium' ? sent : replayed, round),
  )
  const [ours, floor, control] = contestantNames.map((name) => results.get(name))
  return {
    name: operation.name,
    shown: operation.shown,
    target: operation.target ?? null,
    ratio: speedRatio(ours, floor),
    control: speedRatio(control, floor),
    atrium: summarize(ours),
    floor: summarize(floor),
    costs: countCosts(recordings),
  }
}
