import { expect, inject, test } from 'vitest'
import { createClient } from '../../../dist/clients/social'
import { codeTo, newUsername, password } from '../harness'

const origin = inject('origin')
const userAgent = 'Mozilla/5.0'

/** Somebody with a confirmed address, and a client that acts for them. */
async function signUp(firstName: string) {
  let token = ''
  const social = createClient({ origin, credentials: () => ({ bearer: token }) })
  const username = newUsername()
  const email = `${username}@example.com`
  const created = await social.createUser({
    body: { username, firstName, lastName: 'Doe', email, password },
  })
  if (!created.ok) throw new Error(created.body.error)
  expect((await social.verifyEmail({ body: { code: await codeTo(email) } })).ok).toBe(true)

  const signedIn = await social.login({ body: { username, password, userAgent } })
  if (!signedIn.ok) throw new Error(signedIn.body.error)
  if ('sessionHash' in signedIn.body.data) throw new Error('a second factor is asked for')
  // What a browser would keep.
  const cookies = signedIn.headers.getSetCookie().join()
  token = /atrium_session=([^;]+)/.exec(cookies)?.[1] ?? ''
  return { social, id: created.body.data.user._id }
}

test('the client of social registers, signs in, follows and shows a picture', async () => {
  const [john, rick] = [await signUp('John'), await signUp('Rick')]
  const me = await john.social.getOwnUser()
  expect(me).toMatchObject({ ok: true, body: { data: { user: { firstName: 'John' } } } })

  const followed = await john.social.followUser({ body: { target: rick.id } })
  expect(followed).toMatchObject({ ok: true, body: { data: { status: 'following' } } })
  const followers = await rick.social.listOwnFollowers({ query: { limit: 5, order: 'asc' } })
  if (!followers.ok) throw new Error(followers.body.error)
  expect(followers.body.data.records.map(({ source }) => source._id)).toEqual([john.id])

  const profilePicture = new Blob([Buffer.from(onePixel, 'base64')], { type: 'image/png' })
  const pictured = await john.social.setProfilePicture({ body: { profilePicture } })
  if (!pictured.ok) throw new Error(pictured.body.error)
  const seen = await fetch(pictured.body.data.signedUrl)
  expect(seen.headers.get('Content-Type')).toBe('image/png')
})

const onePixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII='

test('the client of social tells failures apart', async () => {
  const social = createClient({ origin })
  const refused = await social.getOwnUser()
  expect(refused).toMatchObject({ ok: false, status: 401, body: { error: 'Unauthorized' } })
  const mistaken = await social.createUser({
    body: { username: 'john', firstName: 'John', lastName: 'Doe', email: 'john@', password },
  })
  if (mistaken.ok) throw new Error('it let John in')
  const { additionalInfo } = mistaken.body
  if (!additionalInfo || !('errors' in additionalInfo)) throw new Error('it names no fields')
  expect(additionalInfo.errors.map(({ path }) => path)).toEqual(['username', 'email'])
})
