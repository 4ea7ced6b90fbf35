import { type SQL, sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import type { Core } from '../../src/core/context'
import {
  addressBucket,
  type Bucket,
  bucketState,
  clear,
  giveBack,
  hourlyQuota,
  isClosed,
  isUsedUp,
  passwordBucket,
  quotaState,
  requireQuota,
  reserve,
  secondFactorBucket,
} from '../../src/core/throttle'
import { run } from '../../src/storage/database'
import { refusal, testCore } from '../support/core'

let made = 0
const unique = () => sql`${`subject-${++made}`}`

/** Walks a bucket: each step waits some seconds and tries once; true where the attempt was let through. */
function walker(makeBucket: (core: Core) => Bucket) {
  const test = testCore()
  const attempt = () =>
    test.request(async (core) => {
      const bucket = makeBucket(core)
      const [, [state]] = await run(core.db, reserve(core, bucket), bucketState(core, bucket))
      return state?.reservedBy === core.requestId
    })
  return {
    test,
    attempt,
    async after(seconds: number) {
      test.pass(seconds)
      return attempt()
    },
    async attempts(count: number) {
      const outcomes: boolean[] = []
      for (let i = 0; i < count; i += 1) outcomes.push(await attempt())
      return outcomes
    },
    async state() {
      const core = test.pending().core
      const [[state]] = await run(core.db, bucketState(core, makeBucket(core)))
      return state
    },
    change: (work: (core: Core, bucket: Bucket) => ReturnType<typeof giveBack>) =>
      test.request((core) => run(core.db, work(core, makeBucket(core)))),
  }
}

describe('wrong passwords of one account from one source', () => {
  const walk = () => {
    const [subject, source] = [unique(), unique()]
    return walker((core) => passwordBucket(core, subject, source))
  }

  test('five are free, then each closes the bucket for 2, 4, 8 … and at most 900 seconds', async () => {
    const w = walk()
    expect(await w.attempts(6)).toEqual([true, true, true, true, true, false])
    for (const seconds of [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]) {
      const state = await w.state()
      expect(((state?.blockedUntil ?? 0) - w.test.now) / 1000).toBe(seconds)
      expect(await w.after(seconds - 0.001)).toBe(false)
      expect(await w.after(0.001)).toBe(true)
    }
  })

  test('the count goes on until a day has passed without an attempt', async () => {
    const w = walk()
    await w.attempts(5)
    expect(await w.after(24 * 3600 - 1)).toBe(true)
    expect((await w.state())?.count).toBe(6)
    expect(await w.after(24 * 3600)).toBe(true)
    expect((await w.state())?.count).toBe(1)
  })

  test('an attempt that was refused does not count, and does not lengthen the closure', async () => {
    const w = walk()
    await w.attempts(5)
    const before = await w.state()
    expect(await w.attempts(20)).toEqual(Array.from({ length: 20 }, () => false))
    expect(await w.state()).toEqual(before)
  })

  test('fifty at once get no more evaluations than five in a row', async () => {
    const w = walk()
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => w.attempt()))
    expect(outcomes.filter(Boolean)).toHaveLength(5)
  })

  test('the one that succeeds is given back, and opens what it alone had closed', async () => {
    const w = walk()
    await w.attempts(5)
    await w.change((core, bucket) => giveBack(core, bucket))
    expect(await w.state()).toMatchObject({ count: 4, blockedUntil: 0 })
    expect(await w.attempts(2)).toEqual([true, false])
  })

  test('clearing forgets all', async () => {
    const w = walk()
    await w.attempts(5)
    await w.change((core, bucket) => clear(core, bucket))
    expect(await w.state()).toBeUndefined()
    expect(await w.attempts(6)).toEqual([true, true, true, true, true, false])
  })

  test('one source closes nothing for another, nor for another account', async () => {
    const [one, two] = [unique(), unique()]
    const full = testCore().pending().core
    for (let i = 0; i < 5; i += 1) await run(full.db, reserve(full, passwordBucket(full, one, two)))
    const core = testCore().pending().core
    const isLetThrough = async (subject: SQL, source: SQL) => {
      const bucket = passwordBucket(core, subject, source)
      const [, [state]] = await run(core.db, reserve(core, bucket), bucketState(core, bucket))
      return state?.reservedBy === core.requestId
    }
    expect(await isLetThrough(one, two)).toBe(false)
    expect(await isLetThrough(one, unique())).toBe(true)
    expect(await isLetThrough(unique(), two)).toBe(true)
  })
})

describe('wrong passwords from one address over all accounts', () => {
  const walk = () => {
    const address = `address-${++made}`
    return walker((core) => addressBucket(core, address))
  }

  test('fifty close the address for ten minutes, then the count starts anew', async () => {
    const w = walk()
    expect((await w.attempts(51)).filter(Boolean)).toHaveLength(50)
    expect(await w.after(599)).toBe(false)
    expect(await w.after(1)).toBe(true)
    expect((await w.state())?.count).toBe(1)
  })

  test('the ten minutes begin with the first of them', async () => {
    const w = walk()
    await w.attempts(49)
    expect(await w.after(600)).toBe(true)
    expect(await w.state()).toMatchObject({ count: 1, blockedUntil: 0 })
  })
})

describe('wrong second factors of one account', () => {
  test('five close it for 15 minutes, then there are five more', async () => {
    const account = unique()
    const w = walker((core) => secondFactorBucket(core, account, sql`NULL`))
    expect((await w.attempts(10)).filter(Boolean)).toHaveLength(5)
    expect(await w.after(15 * 60 - 1)).toBe(false)
    w.test.pass(1)
    expect((await w.attempts(10)).filter(Boolean)).toHaveLength(5)
  })

  test('strangers share one bucket, and a known source has its own', async () => {
    const account = unique()
    const stranger = walker((core) => secondFactorBucket(core, account, sql`NULL`))
    const known = walker((core) => secondFactorBucket(core, account, sql`'dev:mine'`))
    await stranger.attempts(6)
    expect(await stranger.attempt()).toBe(false)
    expect((await known.attempts(6)).filter(Boolean)).toHaveLength(5)
  })
})

describe('an hourly quota', () => {
  test('lets so many through from its first on, and tells when the next are', async () => {
    const key = unique()
    const test = testCore()
    const take = () =>
      test.request(async (core) => {
        const quota = hourlyQuota(key, 3)
        const [, state] = await run(core.db, ...quotaState(core, quota))
        requireQuota(core, quota, state)
      })
    for (let i = 0; i < 3; i += 1) {
      await take()
      test.pass(600)
    }
    expect(await refusal(take())).toEqual({ code: 'too_many_attempts', retryAfterSeconds: 1800 })
    test.pass(1799)
    expect(await refusal(take())).toEqual({ code: 'too_many_attempts', retryAfterSeconds: 1 })
    test.pass(1)
    await take()
  })
})

test('a closed bucket and a used quota are seen by the statements that ask', async () => {
  const core = testCore().pending().core
  const bucket = passwordBucket(core, unique(), unique())
  const quota = hourlyQuota(unique(), 2)
  const ask = () =>
    run(
      core.db,
      core.db.all<{ closed: number; used: number }>(
        sql`SELECT ${isClosed(core, bucket)} AS closed, ${isUsedUp(core, quota)} AS used`,
      ),
    )
  expect(await ask()).toEqual([[{ closed: 0, used: 0 }]])
  for (let i = 0; i < 5; i += 1) await run(core.db, reserve(core, bucket), reserve(core, quota))
  expect(await ask()).toEqual([[{ closed: 1, used: 1 }]])
})

test('what must not be counted is not, and is no reservation', async () => {
  const core = testCore().pending().core
  const bucket = passwordBucket(core, unique(), unique())
  const [, state] = await run(core.db, reserve(core, bucket, sql`0`), bucketState(core, bucket))
  expect(state).toEqual([])
})
