import { expect, inject, test } from 'vitest'
import { createClient, type SignIn } from '../../../dist/clients/site'
import { newUsername, password } from '../harness'

const origin = inject('origin')

test('the client of site registers, signs in and reads a profile', async () => {
  let token = ''
  const site = createClient({ origin, credentials: () => ({ bearer: token }) })
  const username = newUsername()
  const email = `${username}@example.com`

  const created = await site.createAccount({
    body: { username, email, password, name: 'Ada Byron' },
  })
  if (!created.ok) throw new Error(created.body.message)
  expect(created.body.data.name).toBe('Ada Byron')

  const signedIn = await site.signIn({ body: { username, password } })
  expect(signedIn.status).toBe(200)
  // What a browser would keep.
  token = /TOKEN=([^;]+)/.exec(signedIn.headers.getSetCookie().join())?.[1] ?? ''
  expect(await site.checkSignedIn()).toMatchObject({ ok: true, body: { data: 'true' } })

  const profile = await site.getProfile({ params: { username } })
  if (!profile.ok) throw new Error(profile.body.message)
  expect(profile.body.data.followers).toBe('0')
})

test('the client of site tells failures apart', async () => {
  const site = createClient({ origin })
  const wrong: SignIn = { username: newUsername(), password: 'not the password' }
  const refused = await site.signIn({ body: wrong })
  expect(refused).toMatchObject({ ok: false, status: 401, body: { statusCode: '401' } })

  const nobody = await site.getProfile({ params: { username: 'a/b?c' } })
  expect(nobody.status).toBe(404)
  // @ts-expect-error: a failure has no profile, and none but the documented statuses
  if (nobody.status === 418 || !nobody.ok) expect(nobody.body.data.name).toBeUndefined()
})

test('the client of site does not compile without what is required', () => {
  const site = createClient({ origin })
  // @ts-expect-error: the password is missing
  const signIn = () => site.signIn({ body: { username: 'ada.byron' } })
  // @ts-expect-error: the name in the address is missing
  const getProfile = () => site.getProfile()
  expect([signIn, getProfile]).toHaveLength(2)
})
