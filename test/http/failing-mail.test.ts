import { beforeEach, expect, test } from 'vitest'
import {
  calls,
  codeTo,
  faultHits,
  login,
  mailsTo,
  newAddress,
  newPerson,
  newUsername,
  password,
  register,
  resetHarness,
  runCron,
  send,
  setClock,
  setFaults,
  settle,
  signIn,
  times,
} from './harness'

/** Mail that cannot be sent now is sent later, once, and the shield that is down lets all through. */

beforeEach(async () => {
  await resetHarness()
})

const noMail = [{ binding: 'MAIL', op: 'send', mode: 'fail-before' }] as const

test('a mail that could not be sent changes no answer, and arrives by cron, once', async () => {
  const username = newUsername()
  const email = `${username}@example.com`
  const body = { username, email, password, firstName: 'John', lastName: 'Doe' }
  await setFaults(noMail)
  const created = await send('/user/create', { body, from: newAddress() })
  expect(created.status).toBe(201)
  expect(await mailsTo(email)).toEqual([])
  expect(await faultHits()).toBe(1)

  // The lease of the request that tried first has to end before somebody else tries.
  await setClock(61)
  await runCron()
  expect(await mailsTo(email)).toEqual([])
  await setFaults([])
  await runCron()
  expect(await mailsTo(email)).toEqual([])
  // After the second failure it waits for longer.
  await setClock(61 + 10 * 60)
  await Promise.all(times(3, () => runCron()))
  expect(await mailsTo(email)).toHaveLength(1)
  await setClock(61 + 60 * 60)
  await runCron()
  expect(await mailsTo(email)).toHaveLength(1)
  const sent = await send('/user/verify-email', { body: { code: await codeTo(email) } })
  expect(sent.status).toBe(200)
})

test('a mail that was sent is not sent again by cron', async () => {
  const { email } = await register()
  expect(await mailsTo(email)).toHaveLength(1)
  for (const seconds of [0, 61, 3600]) {
    await setClock(seconds)
    await runCron()
  }
  expect(await mailsTo(email)).toHaveLength(1)
})

test('a code that is no longer worth anything is not mailed late', async () => {
  const person = await newPerson()
  await setFaults(noMail)
  const asked = await send(`/user/code?email=${person.email}`, { from: person.home })
  expect([asked.status, asked.text]).toEqual([200, '{"ok":1}'])
  await settle()
  await setFaults([])
  const before = await mailsTo(person.email)
  await setClock(30 * 60 + 1)
  await runCron()
  expect(await mailsTo(person.email)).toEqual(before)
})

test('a request that ends before its mail is sent owes it, whatever became of the Worker', async () => {
  const { id, email, username, home, cookies } = await newPerson()
  await send('/user/2fa', { body: { state: true }, cookies })
  await setFaults(noMail)
  const asked = await login(username, { from: home })
  expect(asked.status).toBe(200)
  await settle()
  await setFaults([])
  await setClock(61)
  await runCron()
  const { sessionHash } = asked.json.data
  const body = { target: id, code: await codeTo(email), sessionHash }
  expect((await send('/user/do-2fa', { body, from: home })).status).toBe(200)
})

test('a shield that is down closes no door', async () => {
  await setFaults([{ binding: 'RATE_LIMIT', op: 'limit', mode: 'fail-before' }])
  const person = await newPerson()
  expect((await calls()).RATE_LIMIT.calls).toEqual({ limit: 3 })
  await signIn(person)
  const wrong = await login(person.username, { from: newAddress(), password: 'not it at all' })
  expect([wrong.status, wrong.text]).toEqual([401, '{"ok":0,"error":"Unauthorized"}'])
})
