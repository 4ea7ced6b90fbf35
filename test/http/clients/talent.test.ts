import { expect, inject, test } from 'vitest'
import { createClient } from '../../../dist/clients/talent'
import { codeTo, newUsername, password } from '../harness'

const origin = inject('origin')

test('the client of talent registers, signs in and changes the account', async () => {
  let token = ''
  const talent = createClient({ origin, credentials: async () => ({ bearer: token }) })
  const email = `${newUsername()}@example.com`

  const created = await talent.createAccount({
    body: { firstName: 'Ada', lastName: 'Byron', email, password, confirmPassword: password },
  })
  if (!created.ok) throw new Error(created.body.message)
  const confirmed = await talent.verifyAccount({
    body: { tempToken: created.body.data.tempToken.token, token: await codeTo(email) },
  })
  expect(confirmed.status).toBe(200)

  const signedIn = await talent.signIn({ body: { email, password } })
  if (!signedIn.ok) throw new Error(signedIn.body.message)
  if (!('token' in signedIn.body.data)) throw new Error('a second factor is asked for')
  token = signedIn.body.data.token

  const updated = await talent.updateAccount({
    body: { profile: { talent: { tags: ['Clients of talent'] } } },
  })
  if (!updated.ok) throw new Error(updated.body.message)
  const account = await talent.getAccount()
  if (!account.ok) throw new Error(account.body.message)
  expect(account.body.data.profile.talent.tags).toEqual(['Clients of talent'])
})

test('the client of talent tells failures apart', async () => {
  const talent = createClient({ origin })
  const refused = await talent.signIn({ body: { email: 'nobody@example.com', password } })
  expect(refused).toMatchObject({ ok: false, status: 401 })
  const mistaken = await talent.signIn({ body: { email: '', password } })
  if (mistaken.status !== 422) throw new Error(`it answered ${mistaken.status}`)
  expect(mistaken.body.validation?.map(({ field }) => field)).toEqual(['email'])
})
