import { expect, test } from 'vitest'
import { testApp } from '../../support/app'
import { forgetEverybody, sample } from '../../support/social-answers'

/** 200 characters after NFC are a password, however many units a keyboard made of them. */

test('a password of 200 characters, each typed as three, is taken', async () => {
  const app = testApp({ REQUIRE_EMAIL_VERIFICATION: 'false' })
  await forgetEverybody(app)
  const password = 'ế'.normalize('NFD').repeat(200)
  expect([password.length, password.normalize('NFC').length]).toEqual([600, 200])
  const created = await app.call('/user/create', { body: { ...sample.create, password } })
  expect(created.status).toBe(201)
  const body = { ...sample.login, password: password.normalize('NFC') }
  expect((await app.call('/user/login', { body })).status).toBe(200)
})
