import { expect, inject, test } from 'vitest'
import { createClient } from '../../../dist/clients/directory'
import { newUsername, password } from '../harness'

const origin = inject('origin')

test('the client of directory registers, signs in and reads who that is', async () => {
  let token = ''
  const directory = createClient({ origin, credentials: () => ({ bearer: token }) })
  const username = newUsername()
  const email = `${username}@example.com`

  const registered = await directory.register({ body: { username, email, password } })
  if (!registered.ok) throw new Error(registered.body.reason)

  const signedIn = await directory.login({ body: { email, password } })
  if (!signedIn.ok) throw new Error(signedIn.body.reason)
  expect(signedIn.body.id).toBe(registered.body.id)
  token = signedIn.body.token

  const self = await directory.getSelf()
  if (!self.ok) throw new Error(self.body.message)
  expect(self.body).toMatchObject({ username, emails: [{ address: email, verified: false }] })
})

test('the client of directory tells failures apart', async () => {
  const directory = createClient({ origin })
  const refused = await directory.login({ body: { username: newUsername(), password } })
  expect(refused).toMatchObject({ ok: false, status: 401, body: { error: 'login-failed' } })
  const nobody = await directory.getSelf()
  expect(nobody).toMatchObject({ ok: false, status: 401, body: { isClientSafe: true } })
  // @ts-expect-error: nobody has a name before it is looked whether there is somebody
  expect(nobody.body.username).toBeUndefined()
})
