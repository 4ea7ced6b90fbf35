import { expect, test, vi } from 'vitest'
import { hashToken } from '../../src/crypto/token'
import { testApp } from '../support/app'
import { change, rowsOf } from '../support/core'

/** The check after deploying: for whoever can write to D1, once per token. */

const app = testApp()
const token = 'a'.repeat(43)

const allow = async (expiresAt = Date.now() + 60_000) =>
  change(
    'INSERT INTO deployment_checks (token_hash, expires_at) VALUES (?, ?)',
    await hashToken(token),
    expiresAt,
  )

const ask = (given: string | null, asked = app) =>
  asked.call('/healthz/deep', {
    method: 'POST',
    headers: given === null ? {} : { Authorization: `Bearer ${given}` },
  })

const allWell = {
  password: 'ok',
  'app key': 'ok',
  database: 'ok',
  'key-value store': 'ok',
  'object store': 'ok',
  mail: 'ok',
  'rate limiter': 'ok',
  assets: 'ok',
}

test('tries everything, once per token, and leaves nothing behind', async () => {
  await allow()
  const answers = await Promise.all([ask(token), ask(token), ask(token)])
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401])
  expect(answers.find(({ status }) => status === 200)?.json).toEqual(allWell)
  expect(await rowsOf('SELECT * FROM deployment_checks')).toEqual([])
  expect((await app.env.KV.list({ prefix: 'check:' })).keys).toEqual([])
  expect((await app.env.R2.list({ prefix: 'check:' })).objects).toEqual([])
})

test('hashes nothing for strangers', async () => {
  const deriving = vi.spyOn(crypto.subtle, 'deriveBits')
  for (const given of [null, 'b'.repeat(43), 'short']) {
    const { status, json } = await ask(given)
    expect({ status, json }).toEqual({ status: 401, json: { error: 'not_authenticated' } })
  }
  await allow(Date.now() - 1)
  expect((await ask(token)).status).toBe(401)
  expect(deriving).not.toHaveBeenCalled()
  deriving.mockRestore()
  await app.cron('17 3 * * *')
  expect(await rowsOf('SELECT * FROM deployment_checks')).toEqual([])
})

test('names what is broken, and tries the rest', async () => {
  const broken = {
    async put() {
      throw new Error('no such bucket')
    },
  }
  await allow()
  const { status, json } = await ask(token, testApp({ R2: broken, MAIL: undefined }))
  expect(status).toBe(503)
  expect(json).toEqual({ ...allWell, 'object store': 'failed', mail: 'failed' })
})
