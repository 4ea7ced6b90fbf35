import { mkdirSync } from 'node:fs'
import { startContestant } from '../contestant.mjs'
import { accessTokensCount, prepare } from '../preparation.mjs'
import { renewGrants } from './grants.mjs'
import { openState, populate, settle } from './state.mjs'

// A world to measure in: a folder of state that is filled first by SQL, and then by Atrium itself.

const loweredIterations = 1_000
const fullIterations = 600_000

/** Passwords cost next to nothing, so that the rest can be seen, or what they cost in production. */
export const passwordVars = (hasFullCost) => ({
  PASSWORD_ITERATIONS: String(hasFullCost ? fullIterations : loweredIterations),
})

/** A token of nobody's, so that D1 is asked at all: the file of the database is made when it first is. */
const unknownCaller = { Authorization: `Bearer ${'a'.repeat(43)}` }

export async function makeWorld(state, { accounts, grants, bundles, progress }) {
  mkdirSync(state, { recursive: true })
  const { atrium: bundle, mail } = bundles
  const start = (isQuiet) =>
    startContestant({ name: 'atrium', bundle, mail, state, vars: passwordVars(false), isQuiet })
  const empty = await start(true)
  await fetch(`${empty.origin}/user/logged`, { headers: unknownCaller })
  await empty.stop()

  const now = Date.now()
  const cost = { iterations: loweredIterations, fullIterations }
  const filled = populate(state, { accounts, ...cost, now }, progress)
  const db = openState(state)
  renewGrants(db, { count: grants + accessTokensCount, accounts, now })
  settle(db)

  const atrium = await start(false)
  const prepared = await prepare(atrium, grants)
  await atrium.stop()
  settle(openState(state))
  return { ...filled, ...prepared }
}
