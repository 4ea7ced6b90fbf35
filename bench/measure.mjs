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

/**
 * Some processes of the runtime take one and a half times as long for a password as others, for as long as they
 * run and for no reason that was found; so it is measured in more than one.
 */
const fullCostStarts = 5

/** How many different reads there are. */
const readsMax = 250

const bundleOf = { atrium: 'atrium', floor: 'floor', 'floor again': 'floor' }

/** What was measured, for each of `sizes` in their order. */
export async function measureWorlds({ sizes, bundles, place, options, progress }) {
  const { rounds, requests, only } = options
  const chosen = operations.filter(({ name }) => only.length === 0 || only.includes(name))
  const grants = (rounds + warmUpRounds) * requests
  const worlds = []
  for (const accounts of sizes) {
    const base = join(place, `world-${accounts}`)
    const made = await makeWorld(base, { accounts, grants, bundles, progress })
    worlds.push({ accounts, ...made, base, results: [] })
  }
  for (const world of worlds) {
    const copy = (name) => copyState(world.base, join(place, `${name}-${world.accounts}`))
    const [first, ...others] = Object.keys(bundleOf)
    const states = [[first, world.base], ...others.map((name) => [name, copy(name)])]
    world.states = { ...Object.fromEntries(states), recorder: copy('recorder') }
  }
  for (const hasFullCost of [false, true]) {
    const isFirst = (one) => Number(one.perishes ?? false)
    const part = chosen
      .filter((one) => (one.hasFullCost ?? false) === hasFullCost)
      .toSorted((a, b) => isFirst(b) - isFirst(a))
    if (part.length === 0) continue
    const starts = hasFullCost ? fullCostStarts : 1
    const measured = new Map(part.map((operation) => [operation, []]))
    const report = progress.phase('measuring', starts * part.length)
    for (let start = 0; start < starts; start += 1) {
      const sides = []
      for (const world of worlds) {
        sides.push(await startSide(world, bundles, passwordVars(hasFullCost), options))
      }
      for (const [done, operation] of part.entries()) {
        measured.get(operation).push(await measureOperation(operation, sides, options))
        report(start * part.length + done + 1)
      }
      for (const { recorder, contestants } of sides) {
        for (const one of [recorder, ...contestants]) await one.stop()
      }
    }
    for (const [operation, parts] of measured) addResults(operation, worlds, parts)
  }
  const order = chosen.map(({ name }) => name)
  for (const { states, results } of worlds) {
    for (const state of Object.values(states)) rmSync(state, { recursive: true })
    results.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
  }
  return worlds
}

const nameIn = ({ accounts }, name) => `${name} ${accounts}`.replaceAll(' ', '-')

/** Whoever takes part in a world, and how often a fresh isolate asked D1 for its first session check. */
async function startSide(world, bundles, vars, { concurrency }) {
  const { states } = world
  const start = (name, bundle) => {
    const given = { bundle: bundles[bundle], mail: bundles.mail, state: states[name], vars }
    return startContestant({ ...given, name: nameIn(world, name) })
  }
  const recorder = await start('recorder', 'recorder')
  const check = operations.find(({ name }) => name === 'session check').request(0, world)
  world.freshTrips = countCosts(await record(recorder, [check])).trips.max
  const contestants = []
  for (const [name, bundle] of Object.entries(bundleOf)) {
    const contestant = await start(name, bundle)
    contestants.push({ ...contestant, load: openLoad(contestant.origin, concurrency) })
  }
  return { world, recorder, contestants }
}

/** The requests of an operation: for reads the same again and again, for changes new ones. */
function plan({ hasFullCost, changes, request }, world, options) {
  const rounds = hasFullCost
    ? Math.ceil((options.rounds * fullCostShare) / fullCostStarts)
    : options.rounds
  const size = hasFullCost ? fullCostPerRound : options.requests
  const sent = size * (rounds + warmUpRounds)
  const count = changes ? sent : Math.min(sent, readsMax)
  return { rounds, size, requests: Array.from({ length: count }, (_, k) => request(k, world)) }
}

/** What the contestants of all worlds did in the same rounds, by their names, and what it costs in each world. */
async function measureOperation(operation, sides, options) {
  const lists = new Map()
  const costs = new Map()
  for (const { world, recorder, contestants } of sides) {
    const { requests } = plan(operation, world, options)
    const recordings = await record(recorder, requests)
    costs.set(world, countCosts(recordings))
    const sent = requests.map((request, place) => ({
      ...ready(request),
      expected: recordings[place].status,
      expectedBody: operation.perishes ? recordings[place].body : undefined,
    }))
    const [atrium, ...floors] = contestants
    lists.set(atrium.name, sent)
    for (const floor of floors) {
      await handOver(floor, recordings)
      lists.set(
        floor.name,
        sent.map((request, place) => ({ ...request, path: `/${place}` })),
      )
    }
  }
  const { rounds, size } = plan(operation, sides[0].world, options)
  const all = sides.flatMap(({ contestants }) => contestants)
  const turns = await takeTurns(all, rounds, ({ name }, round) => {
    const list = lists.get(name)
    return Array.from({ length: size }, (_, n) => list[(round * size + n) % list.length])
  })
  return { turns, costs }
}

/** Adds to the results of every world what was measured, in one part or several. */
function addResults(operation, worlds, parts) {
  const roundsOf = (world, name) => parts.flatMap(({ turns }) => turns.get(nameIn(world, name)))
  for (const world of worlds) {
    const [ours, floor, control] = Object.keys(bundleOf).map((name) => roundsOf(world, name))
    world.results.push({
      name: operation.name,
      shown: operation.shown,
      target: operation.target ?? null,
      ratio: speedRatio(ours, floor),
      control: speedRatio(control, floor),
      slowestToFirst: slowestRatio(ours, roundsOf(worlds[0], 'atrium')),
      atrium: summarize(ours),
      floor: summarize(floor),
      costs: parts[0].costs.get(world),
    })
  }
}
