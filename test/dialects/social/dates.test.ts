import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { testApp } from '../../support/app'
import { newPerson } from '../../support/social'

/** Accounts move in from elsewhere with times of any year. */

test('a time is written in full, whichever it is', async () => {
  const app = testApp()
  const { id, cookies } = await newPerson(app)
  async function writtenAs(at: number) {
    await env.DB.prepare('UPDATE accounts SET created_at = ? WHERE id = ?').bind(at, id).run()
    const { json } = await app.call('/social/user/me', { method: 'GET', cookies })
    return json.data.user.createdAt
  }
  const known = [
    [0, '1970-01-01T00:00:00.000Z'],
    [-1, '1969-12-31T23:59:59.999Z'],
    [951_827_696_007, '2000-02-29T12:34:56.007Z'],
    [1_795_305_599_990, '2026-11-21T23:59:59.990Z'],
    [1_795_305_600_000, '2026-11-22T00:00:00.000Z'],
    [253_402_300_800_000, '+010000-01-01T00:00:00.000Z'],
    [8_640_000_000_000_000, '+275760-09-13T00:00:00.000Z'],
  ] as const
  for (const [at, text] of known) expect([at, await writtenAs(at)]).toEqual([at, text])
  for (let n = 0; n < 200; n += 1) {
    const at = n * 8_765_432_199
    expect([at, await writtenAs(at)]).toEqual([at, new Date(at).toISOString()])
  }
})
