import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { testApp } from '../../support/app'
import { failure, newChatPerson } from './people'

/** Finding people by a part of their name or username. */

const app = testApp()

async function find(text: string, path = '/chat/users/', key = 's') {
  const answer = await app.call(`${path}?${key}=${encodeURIComponent(text)}`)
  return { ...answer, names: (answer.json as { name: string }[]).map?.(({ name }) => name) }
}

describe('GET /users/?s=', () => {
  test('answers an array of people, with and without the slash, by s and by search', async () => {
    const { id, username } = await newChatPerson(app, { name: 'Wilhelmina Zyxwvut' })
    const expected = [{ id, name: 'Wilhelmina Zyxwvut', username, photos: [] }]
    for (const path of ['/users/', '/users', '/chat/users/', '/chat/users']) {
      for (const key of ['s', 'search']) {
        const { status, json } = await find('mina Zyx', path, key)
        expect([status, json]).toEqual([200, expected])
      }
    }
    expect((await find('ILHELMINA')).json).toEqual(expected)
    expect((await find(username.slice(1))).json).toEqual(expected)
  })

  test('finds across accents and case', async () => {
    await newChatPerson(app, { name: 'Zoë Ångström' })
    expect((await find('ANGSTROM')).names).toEqual(['Zoë Ångström'])
    expect((await find('zoë ång')).names).toEqual(['Zoë Ångström'])
  })

  test.each([
    '"quoted"',
    "O'Brien--",
    'NEAR(x',
    'name:ada',
    'cats AND dogs',
    'x* OR y',
    '%_%',
    '-not',
    'a"b',
  ])('takes %j as it is written', async (text) => {
    await newChatPerson(app, { name: `Quux ${text} Quux` })
    const { status, names } = await find(text)
    expect([status, names]).toEqual([200, [`Quux ${text} Quux`]])
  })

  test('two characters find what begins with them, fewer nobody', async () => {
    await newChatPerson(app, { name: 'Qzelda Vjones' })
    for (const text of ['qz', 'Vj', 'QZ']) {
      expect((await find(text)).names).toEqual(['Qzelda Vjones'])
    }
    for (const text of ['q', '', ' q ']) {
      const { status, json } = await find(text)
      expect([status, json]).toEqual([404, failure('Not Found')])
    }
  })

  test('a positive integer is an id', async () => {
    const { id, username } = await newChatPerson(app)
    const { status, json } = await find(String(id))
    expect([status, json]).toEqual([200, [{ id, name: 'Ada Byron', username, photos: [] }]])
    for (const unknown of ['7', '9'.repeat(30)]) {
      const answer = await find(unknown)
      expect([answer.status, answer.json]).toEqual([404, failure('Not Found')])
    }
  })

  test('nothing, something twice or something endless is no search', async () => {
    for (const sent of ['', '?s=ada&s=bob', `?s=${'x'.repeat(101)}`]) {
      const { status, json } = await app.call(`/chat/users/${sent}`)
      const reason = 'Search string is missing or too long.'
      expect([status, json]).toEqual([400, failure(reason)])
    }
    expect((await find('nobody is called this')).json).toEqual([])
  })

  test('disabled and deleted people are not found, and a new name at once', async () => {
    const disabled = await newChatPerson(app, { name: 'Gorgonzola One' })
    const deleted = await newChatPerson(app, { name: 'Gorgonzola Two' })
    const renamed = await newChatPerson(app, { name: 'Gorgonzola Three' })
    await env.DB.prepare('UPDATE accounts SET disabled_at = 1 WHERE number = ?')
      .bind(disabled.id)
      .run()
    await deleted.call('/chat/users/me', { method: 'DELETE' })
    await renamed.call('/chat/users/me', { method: 'PUT', body: { name: 'Parmigiano Three' } })
    expect((await find('gorgonzola')).json).toEqual([])
    expect((await find('parmigiano')).names).toEqual(['Parmigiano Three'])
  })
})
