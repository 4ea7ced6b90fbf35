import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startContestant } from './contestant.mjs'
import { openLoad, ready } from './load.mjs'
import { comparisons, gather, wordsOf } from './members.mjs'
import { countCosts, record } from './recordings.mjs'
import { speedRatio, summarize, takeTurns, warmUpRounds } from './rounds.mjs'
import { copyState, migrate, openState, settle } from './world/state.mjs'

// Atrium against better-auth, both on a D1 of their own with the same people, in the same interleaved
// rounds. Neither mails anything: better-auth does not by default, and so Atrium asks for no confirmation.

const sides = ['atrium', 'betterAuth']
const vars = { PASSWORD_ITERATIONS: '1', REQUIRE_EMAIL_VERIFICATION: 'false' }
const recordedRequests = 20

export async function measureAgainst({ bundles, place, options, progress }) {
  const { rounds, requests: perRound, concurrency, only } = options
  const chosen = comparisons.filter(({ name }) => only.length === 0 || only.includes(name))
  const start = (side, state, more = {}, isQuiet = false) =>
    startContestant({
      isQuiet,
      name: side,
      bundle: bundles[side],
      mail: bundles.mail,
      state,
      vars: { ...vars, ...more },
      flags: side === 'betterAuth' ? ['nodejs_compat'] : [],
    })
  const signOuts = (rounds + warmUpRounds) * perRound
  const report = progress.phase('against better-auth', sides.length + chosen.length)
  const members = {}
  for (const [done, side] of sides.entries()) {
    const state = join(place, `against-${side}`)
    mkdirSync(state, { recursive: true })
    await makeTables(side, start, state)
    const contestant = await start(side, state)
    members[side] = await gather(side, contestant, {
      signOuts,
      perRound,
      concurrency,
    })
    await contestant.stop()
    const db = openState(state)
    // Whoever registers with better-auth has confirmed nothing, and is told of nothing by mail.
    if (side === 'atrium') db.exec('UPDATE accounts SET email_verified_at = NULL')
    settle(db)
    report(done + 1)
  }
  const costs = await countAll(chosen, members, place, bundles, start)

  const contestants = []
  for (const side of sides) {
    const contestant = await start(side, join(place, `against-${side}`))
    contestants.push({ ...contestant, name: side, load: openLoad(contestant.origin, concurrency) })
  }
  const results = []
  for (const comparison of chosen) {
    const from = (round) => round * perRound
    const turns = await takeTurns(
      contestants,
      rounds,
      ({ name }, round) => requestsOf(comparison, name, members[name], from(round), perRound),
      ({ name }, round, place, answer) =>
        comparison.learn?.(members[name], from(round) + place, answer),
    )
    const [ours, theirs] = sides.map((side) => turns.get(side))
    results.push({
      name: comparison.name,
      target: comparison.target,
      ratio: speedRatio(ours, theirs),
      atrium: summarize(ours),
      betterAuth: summarize(theirs),
      costs: Object.fromEntries(sides.map((side) => [side, costs[side].get(comparison.name)])),
    })
    report(sides.length + results.length)
  }
  for (const contestant of contestants) await contestant.stop()
  return results
}

function requestsOf(comparison, side, members, from, count) {
  return Array.from({ length: count }, (_, n) =>
    ready(comparison.request(wordsOf(side), members, from + n)),
  )
}

/** Atrium's tables by its migrations, better-auth's by its own. */
async function makeTables(side, start, state) {
  const empty = await start(side, state, {}, true)
  const headers = { Authorization: `Bearer ${'a'.repeat(43)}` }
  const made = await fetch(`${empty.origin}${side === 'atrium' ? '/healthz' : '/migrations'}`, {
    headers,
  })
  if (side === 'betterAuth' && !made.ok) throw new Error(`better-auth: ${await made.text()}`)
  await empty.stop()
  if (side !== 'atrium') return
  const db = openState(state)
  migrate(db)
  settle(db)
}

/** What each request costs, counted on copies, so that nothing is used up. */
async function countAll(chosen, members, place, bundles, start) {
  const costs = {}
  for (const side of sides) {
    const state = copyState(join(place, `against-${side}`), join(place, 'counting'))
    const recorder =
      side === 'betterAuth'
        ? await start(side, state, { IS_RECORDED: 'on' })
        : await startContestant({
            name: 'recorder',
            bundle: bundles.recorder,
            mail: bundles.mail,
            state,
            vars,
          })
    costs[side] = new Map()
    for (const comparison of chosen) {
      const requests = Array.from({ length: recordedRequests }, (_, k) =>
        comparison.request(wordsOf(side), members[side], k),
      )
      // The first of all also does what an isolate does once.
      const recordings = await record(recorder, requests)
      costs[side].set(comparison.name, countCosts(recordings.slice(1)))
    }
    await recorder.stop()
  }
  return costs
}
