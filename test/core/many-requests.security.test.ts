import { afterEach, describe, expect, test } from 'vitest'
import { drainOutbox } from '../../src/core/outbox'
import { change, rowsOf, testCore } from '../support/core'
import {
  contradictions,
  countsOf,
  newPrivate,
  type Person,
  setPrivate,
} from '../support/follow-graph'

/**
 * An account that hundreds of thousands asked to follow goes public: to say yes to all of them in one
 * statement, with the events of each, takes longer than D1 lets one run, and holds up everybody meanwhile.
 */

const atrium = testCore()
let star: Person
async function goPublic(requests: number) {
  star = await newPrivate(atrium)
  await change(
    `INSERT INTO accounts (number, id, username, username_key, created_at, updated_at)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?3)
     SELECT ?1 + i, ?2 || i, ?2 || i, ?2 || i, 0, 0 FROM n`,
    star.account.number,
    `fan-${star.account.id}-`,
    requests,
  )
  await change(
    `INSERT INTO follows (entry_id, follower_number, followed_number, approved, followed_at)
     SELECT 'ask' || number, number, ?1, 0, number - ?1 FROM accounts
     WHERE number > ?1 AND number <= ?1 + ?2`,
    star.account.number,
    requests,
  )
  await setPrivate(atrium, star.viewer, false)
}
afterEach(() => change("DELETE FROM accounts WHERE id LIKE 'fan-%'"))
const followers = async () => (await countsOf(star))[0]
const owed = () => rowsOf("SELECT 1 FROM outbox WHERE kind = 'approve'")

describe('so it says yes', () => {
  test('to a thousand at once and to the others by cron, a piece at a time', async () => {
    await goPublic(11_500)
    expect(await followers()).toBe(1000)
    expect(await atrium.request(drainOutbox)).toEqual({ sent: 0, failed: 0, dropped: 0 })
    expect(await followers()).toBe(11_000)
    expect(await atrium.request(drainOutbox)).toEqual({ sent: 1, failed: 0, dropped: 0 })
    expect(await followers()).toBe(11_500)
    expect(await contradictions()).toEqual([])
    expect(await owed()).toEqual([])
  })

  test('to nobody more once it is private again', async () => {
    await goPublic(1500)
    await setPrivate(atrium, star.viewer, true)
    await atrium.request(drainOutbox)
    expect(await followers()).toBe(1000)
    expect(await owed()).toEqual([])
  })
})
