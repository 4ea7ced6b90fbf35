import { beforeEach, expect, test } from 'vitest'
import {
  codeTo,
  invalidCode,
  isSignedIn,
  login,
  mailsTo,
  newAddress,
  newPerson,
  newUsername,
  password,
  register,
  resetHarness,
  send,
  signIn,
  tally,
  times,
} from './harness'

/** What may happen once happens once, however many ask for it at the same time. */

beforeEach(async () => {
  await resetHarness()
})

test('a username that 50 people register at once goes to one of them', async () => {
  const username = newUsername()
  const answers = await Promise.all(
    times(50, (i) => {
      const email = `${username}_${i}@example.com`
      const names = { firstName: 'John', lastName: 'Doe' }
      return send('/user/create', {
        body: { username, email, password, ...names },
        from: newAddress(),
      })
    }),
  )
  expect(tally(answers)).toEqual({ 201: 1, 409: 49 })
  const refused = answers.find(({ status }) => status === 409)
  expect(refused?.json).toEqual({
    ok: 0,
    error: 'ResourceConflict',
    additionalInfo: { duplicateFields: ['username'] },
  })
})

test('an address that 50 people register at once ends up with one account, which one code confirms', async () => {
  const name = newUsername()
  const email = `${name}@example.com`
  // Until it is confirmed, the address goes from each account to the next: the document says so.
  const answers = await Promise.all(
    times(50, (i) => {
      const names = { firstName: 'John', lastName: 'Doe' }
      const body = { username: `${name}_${i}`, email, password, ...names }
      return send('/user/create', { body, from: newAddress() })
    }),
  )
  // And no more than twenty mails an hour go to an address, however many clients ask.
  expect(tally(answers)).toEqual({ 201: 20, 429: 30 })

  const mails = await mailsTo(email)
  const codes = mails.map(({ text }) => /^\w{5}(-\w{5}){5}$/m.exec(text)?.[0] ?? '')
  const confirmed = await Promise.all(
    codes.map((code) => send('/user/verify-email', { body: { code } })),
  )
  expect(tally(confirmed)).toEqual({ 200: 1, 400: 19 })
  const owner = await send('/user/login', {
    body: { email, password, userAgent: 'test' },
    from: newAddress(),
  })
  const winner = owner.json.data.user.username as string
  const loser = `${name}_${winner.endsWith('_0') ? 1 : 0}`
  expect((await login(loser, { from: newAddress() })).status).toBe(401)
})

test('a code that confirms an address works for one of 50 requests', async () => {
  const { email } = await register()
  const code = await codeTo(email)
  const answers = await Promise.all(
    times(50, () => send('/user/verify-email', { body: { code }, from: newAddress() })),
  )
  expect(tally(answers)).toEqual({ 200: 1, 400: 49 })
  expect(answers.find(({ status }) => status === 400)?.json).toEqual(invalidCode)
})

test('a reset code used by 50 requests at once sets the password of one of them', async () => {
  const person = await newPerson()
  await send(`/user/code?email=${person.email}`, { from: person.home })
  const code = await codeTo(person.email)
  const answers = await Promise.all(
    times(50, (i) =>
      send('/user/reset-password', {
        body: { code, password: `another passphrase ${i}` },
        from: newAddress(),
      }),
    ),
  )
  expect(tally(answers)).toEqual({ 200: 1, 400: 49 })
  expect(answers.find(({ status }) => status === 400)?.json).toEqual(invalidCode)

  const winner = answers.findIndex(({ status }) => status === 200)
  expect(await isSignedIn(person.cookies)).toBe(false)
  await signIn(person, { password: `another passphrase ${winner}` })
  const loser = await login(person.username, {
    password: `another passphrase ${winner === 0 ? 1 : 0}`,
    from: newAddress(),
  })
  expect(loser.status).toBe(401)
  expect(
    (await mailsTo(person.email)).filter(({ subject }) => /changed/.test(subject)),
  ).toHaveLength(1)
})

test('a sign-in code that 30 requests complete at once opens one session', async () => {
  const person = await newPerson()
  await send('/user/2fa', { body: { state: true }, cookies: person.cookies })
  const asked = await login(person.username, { from: person.home })
  const body = {
    target: person.id,
    code: await codeTo(person.email),
    sessionHash: asked.json.data.sessionHash,
  }
  const answers = await Promise.all(
    times(30, () => send('/user/do-2fa', { body, from: person.home })),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(answers.filter(({ status }) => ![200, 400, 429].includes(status))).toEqual([])
  expect(
    answers.filter(({ headers }) => /session/.test(headers.get('Set-Cookie') ?? '')),
  ).toHaveLength(1)
  // The sign-in with which the person began, and this one.
  const history = await send('/user/login-history', { cookies: person.cookies })
  expect(history.json.data.records.map((row: { success: boolean }) => row.success)).toEqual([
    true,
    true,
  ])
})

test('no sign-in with the old password outlives a password change that it races with', async () => {
  const person = await newPerson()
  const jars = times(12, () => new Map<string, string>())
  const signIns = jars.map((cookies) => login(person.username, { cookies, from: person.home }))
  const change = send('/user/me', {
    method: 'PATCH',
    body: { password: 'another passphrase' },
    cookies: person.cookies,
  })
  const answers = await Promise.all(signIns)
  expect((await change).status).toBe(200)
  expect(answers.filter(({ status }) => ![200, 401, 429].includes(status))).toEqual([])
  expect(await Promise.all(jars.map(isSignedIn))).toEqual(jars.map(() => false))
  expect(await isSignedIn(person.cookies)).toBe(true)
})

test('changes of different parts of a profile at the same time all survive', async () => {
  const { cookies } = await newPerson()
  const parts = {
    firstName: 'Ada',
    lastName: 'Lovelace',
    bio: 'Counts.',
    designation: 'Countess',
    pronouns: 'she/her',
    organization: 'Analytical Engines',
    country: 'GB',
    customLink: 'https://example.com/ada',
    gender: 'female',
    middleName: 'King',
  }
  const answers = await Promise.all(
    Object.entries(parts).map(([key, value]) =>
      send('/user/me', { method: 'PATCH', body: { [key]: value }, cookies }),
    ),
  )
  expect(tally(answers)).toEqual({ 200: 10 })
  const me = await send('/user/me', { cookies })
  expect(me.json.data.user).toMatchObject(parts)
})

test('requests that race with the end of all sessions succeed before it or are refused, and all after it', async () => {
  const person = await newPerson()
  const other = await signIn(person)
  const racing = times(40, (i) =>
    i % 2 === 0
      ? send('/user/me', { cookies: new Map(other) })
      : send('/user/me', {
          method: 'PATCH',
          body: { bio: `written by ${i}` },
          cookies: new Map(other),
        }),
  )
  const ending = times(3, () =>
    send('/user/logout-all', { method: 'POST', cookies: new Map(person.cookies) }),
  )
  expect(tally(await Promise.all(ending))).toEqual({ 200: 3 })
  const answers = await Promise.all(racing)
  expect(answers.filter(({ status }) => status !== 200 && status !== 401)).toEqual([])
  expect(await isSignedIn(other)).toBe(false)
  expect(await isSignedIn(person.cookies)).toBe(false)
  // Nothing of it touches what is opened afterwards.
  expect(await isSignedIn(await signIn(person))).toBe(true)
})
