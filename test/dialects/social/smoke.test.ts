import { expect, test } from 'vitest'
import { testApp } from '../../support/app'
import { newPerson } from '../../support/social'

test('a person registers, confirms, signs in and sees themselves', async () => {
  const app = testApp()
  const person = await newPerson(app)
  const me = await app.call('/user/me', { cookies: person.cookies })
  expect(me.json.data.user._id).toBe(person.id)
})
