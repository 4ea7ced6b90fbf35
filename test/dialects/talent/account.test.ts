import { beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, testApp } from '../../support/app'
import { forgetEverybody } from '../../support/site-answers'
import {
  accepted,
  doors,
  failed,
  login,
  newMember,
  nextPassword,
  ok,
  password,
  told,
  unauthorized,
} from './people'
import { accountKeys, freshAccount, freshPerson, fullAccount, update } from './samples'

/** The document's requests with its own samples, and its whole answers. */

let app: TestApp

beforeAll(async () => {
  app = testApp({ THROTTLE: 'off' })
  await forgetEverybody(app)
})

describe.each(doors)('at "%s"', (door) => {
  test('the account of the document: updated as printed, and read again', async () => {
    await forgetEverybody(app)
    await app.env.DB.prepare('DELETE FROM tags').run()
    const alice = await newMember(app)
    const fresh = await alice.call(`${door}/v1/account`)
    expect(told(fresh)).toEqual(ok(freshAccount(alice.id, alice.email)))

    const updated = await alice.call(`${door}/v1/account/update`, { method: 'PATCH', body: update })
    const account = fullAccount(alice.id, alice.email)
    expect(told(updated)).toEqual(accepted(account, 'Profile updated successfully'))
    const read = await alice.call(`${door}/v1/account`)
    expect(told(read)).toEqual(ok(account))
    expect(Object.keys(read.json.data)).toEqual(accountKeys)
    expect(Object.keys(read.json.data.profile)).toEqual(['contact', 'bio', 'talent'])
  })

  test('a person by id, who is new', async () => {
    const asking = await newMember(app)
    const jukne = await newMember(app, { firstName: 'Jukne', lastName: '' })
    const answer = await asking.call(`${door}/v1/account/user/${jukne.id}`)
    expect(told(answer)).toEqual(ok(freshPerson(jukne.id)))
    expect(told(await asking.call(`${door}/v1/account/user/${'f'.repeat(24)}`))).toEqual(
      failed(404, 'User not found'),
    )
    expect((await asking.call(`${door}/v1/account/user/no-id%00`)).status).toBe(404)
  })

  test('a new password, which ends the other sessions', async () => {
    const { email, call } = await newMember(app)
    const other = (await login(app, email)).json.data.token
    const sent = { oldPassword: password, newPassword: nextPassword }
    const answer = await call(`${door}/v1/account/password/change`, { method: 'PUT', body: sent })
    expect(told(answer)).toEqual(accepted({}, 'Password successfully changed'))
    expect((await call('/v1/account')).status).toBe(200)
    const headers = { Authorization: `Bearer ${other}` }
    expect(told(await app.call('/v1/account', { headers }))).toEqual(unauthorized)
    expect((await login(app, email)).status).toBe(401)
    expect((await login(app, email, nextPassword)).status).toBe(200)
  })

  test('a wrong old password changes nothing', async () => {
    const { email, call } = await newMember(app)
    const sent = { oldPassword: 'a wrong one', newPassword: nextPassword }
    const answer = await call(`${door}/v1/account/password/change`, { method: 'PUT', body: sent })
    expect(told(answer)).toEqual(failed(401, 'Invalid password'))
    expect((await login(app, email)).status).toBe(200)
  })

  test('signing out', async () => {
    const { call } = await newMember(app)
    expect(told(await call(`${door}/v1/account/logout`, { method: 'POST' }))).toEqual(ok())
    expect(told(await call('/v1/account'))).toEqual(unauthorized)
    expect(told(await call(`${door}/v1/account/logout`, { method: 'POST' }))).toEqual(unauthorized)
  })

  test('deleting the account, by its password alone', async () => {
    const { email, id, call } = await newMember(app)
    const path = `${door}/v1/account/delete-account`
    const wrong = await call(path, { body: { password: 'a wrong one' } })
    expect(told(wrong)).toEqual(failed(401, 'Invalid password'))
    expect((await call(path, { body: {} })).status).toBe(422)
    expect((await call('/v1/account')).status).toBe(200)
    const deleted = await call(path, { body: { password } })
    expect(told(deleted)).toEqual(ok({}, 'success'))
    expect(told(await call('/v1/account'))).toEqual(unauthorized)
    expect((await login(app, email)).status).toBe(401)
    const other = await newMember(app)
    expect((await other.call(`/v1/account/user/${id}`)).status).toBe(404)
  })
})

test('an account that another dialect made has the same shape, with what it has', async () => {
  const deviceInfo = { name: 'A phone', model: 'Phone 1', transport: 'none' }
  const id = '0F4E1EA6-9F2F-4239-96EC-64CBFC7E4815'
  const body = {
    name: 'Ada Byron',
    username: 'ada_byron',
    password,
    deviceInfo: { id, ...deviceInfo },
  }
  const { json } = await app.call('/chat/users', { body })
  const headers = { Authorization: `Bearer ${json.deviceSessions[0].accessToken}` }
  const answer = await app.call('/v1/account', { headers })
  expect(answer.status).toBe(200)
  expect(Object.keys(answer.json.data)).toEqual(accountKeys)
  expect(answer.json.data).toMatchObject({
    firstName: 'Ada',
    lastName: 'Byron',
    email: null,
    emailVerified: false,
    emailVerifiedAt: null,
    userName: 'ada_byron',
    isUserNameUpdated: true,
    referralCode: expect.any(String),
  })
})

test('a made-up username counts as changed once it is chosen', async () => {
  const { email, call, me } = await newMember(app)
  expect((await me()).isUserNameUpdated).toBe(false)
  const patched = { method: 'PATCH', body: { username: 'chosen_name_1' } }
  expect((await call('/social/user/me', patched)).json).toEqual({ ok: 1 })
  expect(await me()).toMatchObject({ isUserNameUpdated: true, userName: 'chosen_name_1', email })
})

test('cookies count for nothing', async () => {
  const { email } = await newMember(app)
  const cookies = { cookies: new Map<string, string>() }
  const username = (await login(app, email)).json.data.userName
  const body = { username, password, userAgent: 'test' }
  expect((await app.call('/social/user/login', { body, cookies })).status).toBe(200)
  expect(cookies.cookies.size).toBeGreaterThan(0)
  expect(told(await app.call('/v1/account', { cookies }))).toEqual(unauthorized)
})
