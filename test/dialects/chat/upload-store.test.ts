import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { testApp } from '../../support/app'
import { failure, newChatPerson } from './people'

test('an upload that R2 does not give back now is told to come again', async () => {
  const person = await newChatPerson(testApp())
  const { text } = await person.call('/chat/uploads', {
    method: 'POST',
    body: 'text',
    headers: { 'Content-Type': 'txt', 'Content-Length': '4' },
  })
  const broken = new Proxy(env.R2, {
    get(target, property) {
      if (property === 'get') return () => Promise.reject(new Error('R2 is down'))
      const value = Reflect.get(target, property)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const answer = await testApp({ R2: broken }).call(`/chat/uploads/${text}`)
  expect([answer.status, answer.json]).toEqual([503, failure('Service Unavailable')])
})
