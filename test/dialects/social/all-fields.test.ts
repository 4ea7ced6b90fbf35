import { expect, test } from 'vitest'
import { testApp } from '../../support/app'
import { fieldError, forgetEverybody, sample, signInJohn } from '../../support/social-answers'

/** Every failing field is listed at once, whether the edge or the core finds it. */

test('a registration hears of a short username and of a common password at once', async () => {
  const app = testApp()
  await forgetEverybody(app)
  const body = {
    ...sample.create,
    username: 'x',
    password: 'password123',
    lastName: 'a\u0000b',
  }
  const answer = await app.call('/user/create', { body })
  const paths = answer.json.additionalInfo.errors.map((error: { path: string }) => error.path)
  expect(paths.sort()).toEqual(['lastName', 'password', 'username'])
})

test('an update hears of what cannot be edited and of what is invalid at once', async () => {
  const app = testApp()
  await forgetEverybody(app)
  const { cookies } = await signInJohn(app)
  const body = { verified: true, firstName: '', bio: 'a\u0000b' }
  const answer = await app.call('/user/me', { method: 'PATCH', body, cookies })
  const { errors } = answer.json.additionalInfo
  expect(errors).toHaveLength(3)
  expect(errors).toEqual(
    expect.arrayContaining([
      fieldError('verified', true, { msg: 'This field cannot be edited' }),
      fieldError('firstName', ''),
      fieldError('bio', 'a\u0000b'),
    ]),
  )
})
