import { type Answer, newJar, type TestApp } from './app'

/** The words of the `site` document: a person for its samples, and whole answers to compare with. */

export const sample = {
  create: {
    username: 'ada',
    email: 'ada@example.com',
    password: '$uper&ecurePassw0rd',
    name: 'Ada Byron King',
    bio: 'Writes programs.\nFor engines.',
    pronounce: 'she/her',
    website: 'https://ada.example.com/',
  },
  minimal: { username: 'bob', email: 'bob@example.com', password: 'q7!xvbnz' },
  auth: { username: 'ada', password: '$uper&ecurePassw0rd' },
  uuid: '0f4e1ea6-9f2f-4239-96ec-64cbfc7e4815',
  newPassword: 'another, quite long one',
}

export const ada = {
  username: 'ada',
  name: 'Ada Byron King',
  bio: 'Writes programs.\nFor engines.',
  website: 'https://ada.example.com/',
  pronounce: 'she/her',
  followers: '0',
  following: '0',
}

/** A whole answer: the HTTP status, and the body, whose `statusCode` is the same unless it is given. */
export function told(
  status: number,
  message: string,
  { statusCode = String(status), data = 'null' as unknown } = {},
) {
  return [status, { statusCode, message, data }]
}

export const heard = ({ status, json }: Answer) => [status, json]

/** Both places at which the dialect answers. */
export const doors = ['', '/site']

/** So that the samples, which all name the same people, can be sent again. */
export async function forgetEverybody({ env }: TestApp): Promise<void> {
  const tables = ['accounts', 'throttles', 'held_usernames', 'outbox']
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)))
}

/** Registers the person of the samples, and answers her cookies. */
export async function registerAda(app: TestApp) {
  const cookies = newJar()
  await app.call('/site/user/create', { body: sample.create, cookies })
  return cookies
}
