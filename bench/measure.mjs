import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { startContestant } from './contestant.mjs'
import { openLoad, ready } from './load.mjs'
import { operations } from './operations.mjs'
import { countCosts, handOver, record } from './recordings.mjs'
import { slowestRatio, speedRatio, summarize, takeTurns, warmUpRounds } from './rounds.mjs'
import { makeWorld, passwordVars } from './world/make.mjs'
import { copyState } from './world/state.mjs'

// Atrium against the floor, operation by operation, in worlds of so many accounts. All worlds take turns in
// the same rounds, so that they find the same machine when one is held against the other.

/** A password of the full cost keeps the processor busy for long enough to be timed a few times only. */
const fullCostPerRound = 8
const fullCostShare = 1 / 5

/** How many different reads there are. */
const readsMax = 250

const contestantNames = ['atrium', 'floor', 'floor again']

/** What was measured, for each of `sizes` in their order. */
export async function measureWorlds({ sizes, bundles, place, options, progress }) {
  const { rounds, requests: perRound, only } = options
  const chosen = operations.filter(({ name }) => only.length === 0 || only.includes(name))
  const grants = (rounds + warmUpRounds) * perRound
  const worlds = []
  for (const accounts of sizes) {
    const base = join(place, `world-${accounts}`)
    const made = await makeWorld(base, { accounts, grants, bundles, progress })
    const states = contestantNames.map((name, at) =>
      at === 0 ? base : copyState(base, join(place, `${name}-${accounts}`)),
    )
    worlds.push({ accounts, ...made, states, results: [] })
  }
  for (const world of worlds) {
    world.plans = chosen.map((operation) => plan(operation, world, rounds, perRound))
    const recorded = copyState(world.states[0], join(place, 'recorder'))
    world.freshTrips = await recordAll(world, recorded, bundles, progress)
    rmSync(recorded, { recursive: true })
  }
  for (const hasFullCost of [false, true]) {
    const isFirst = (one) => Number(one.perishes ?? false)
    const part = chosen.filter(hasCost(hasFullCost)).toSorted((a, b) => isFirst(b) - isFirst(a))
    if (part.length === 0) continue
    const contestants = await startAll(worlds, bundles, passwordVars(hasFullCost), options)
    const report = progress.phase('measuring', part.length)
    for (const [done, { name }] of part.entries()) {
      await measureOperation(name, worlds, contestants)
      report(done + 1)
    }
    for (const contestant of contestants) await contestant.stop()
  }
  const order = chosen.map(({ name }) => name)
  for (const { states, results } of worlds) {
    for (const state of states) rmSync(state, { recursive: true })
    results.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
  }
  return worlds
}

const hasCost = (isFull) => (operation) => (operation.hasFullCost ?? false) === isFull

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
async function recordAll(world, state, bundles, progress) {
  const { plans } = world
  const report = progress.phase(`recording, ${world.accounts}`, plans.length)
  const check = operations.find(({ name }) => name === 'session check').request(0, world)
  let freshTrips = 0
  let done = 0
  for (const hasFullCost of [false, true]) {
    const part = plans.filter(({ operation }) => hasCost(hasFullCost)(operation))
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

/** Every contestant of every world, each with a name of its own. */
async function startAll(worlds, bundles, vars, { concurrency }) {
  const contestants = []
  for (const { accounts, states } of worlds) {
    for (const [place, role] of contestantNames.entries()) {
      const bundle = place === 0 ? bundles.atrium : bundles.floor
      const name = `${role} ${accounts}`.replaceAll(' ', '-')
      const given = { name, bundle, mail: bundles.mail, state: states[place], vars }
      const contestant = await startContestant(given)
      const load = openLoad(contestant.origin, concurrency)
      contestants.push({ ...contestant, role, accounts, load })
    }
  }
  return contestants
}

/** Adds to the results of every world what all contestants did in the same rounds. */
async function measureOperation(name, worlds, contestants) {
  const plans = new Map()
  for (const { accounts, plans: all } of worlds) {
    const one = all.find(({ operation }) => operation.name === name)
    const sent = one.requests.map((request, place) => ({
      ...ready(request),
      expected: one.recordings[place].status,
      expectedBody: one.operation.perishes ? one.recordings[place].body : undefined,
    }))
    const replayed = sent.map((request, place) => ({ ...request, path: `/${place}` }))
    plans.set(accounts, { ...one, sent, replayed })
  }
  for (const { role, accounts, load } of contestants) {
    if (role !== 'atrium') await handOver({ load }, plans.get(accounts).recordings)
  }
  const [{ rounds }] = plans.values()
  const turns = await takeTurns(contestants, rounds, ({ role, accounts }, round) => {
    const { size, sent, replayed } = plans.get(accounts)
    const list = role === 'atrium' ? sent : replayed
    return Array.from({ length: size }, (_, n) => list[(round * size + n) % list.length])
  })
  const roundsIn = ({ accounts }) =>
    contestants.filter((one) => one.accounts === accounts).map((one) => turns.get(one.name))
  const [first] = roundsIn(worlds[0])
  for (const world of worlds) {
    const { operation, recordings } = plans.get(world.accounts)
    const [ours, floor, control] = roundsIn(world)
    world.results.push({
      name,
      shown: operation.shown,
      target: operation.target ?? null,
      ratio: speedRatio(ours, floor),
      control: speedRatio(control, floor),
      slowestToFirst: slowestRatio(ours, first),
      atrium: summarize(ours),
      floor: summarize(floor),
      costs: countCosts(recordings),
    })
  }
}
