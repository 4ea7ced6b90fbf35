import { beforeAll, describe, expect, test } from 'vitest'
import { newJar, testApp } from '../support/app'
import { formOf } from '../support/browser'
import type { TestClient } from '../support/clients'
import { partsOf } from '../support/clients'
import {
  agree,
  authorizePath,
  decide,
  destinationOf,
  newApplication,
  type Parameters,
  redeem,
  signInAgain,
  tokensOf,
} from '../support/oauth'
import { newPerson, type TestPerson } from '../support/social'

/** What an application says of how the person is asked: OpenID Connect Core section 3.1.2.1. */

const app = testApp()
let person: TestPerson
let client: TestClient
let stranger: TestClient

beforeAll(async () => {
  person = await newPerson(app)
  client = await newApplication()
  stranger = await newApplication({ name: 'Somebody new' })
  await agree(app, person, client)
})

const ask = (differing: Parameters, one = client) =>
  app.call(authorizePath(one, differing), { cookies: person.cookies })
const markIn = (path = '') =>
  new URLSearchParams(path.split('?').at(-1)).get('signed_in_since') ?? ''

describe('prompt=none', () => {
  test('gives a code where nobody need be asked', async () => {
    expect(destinationOf(await ask({ prompt: 'none' })).parameters.code).toBeDefined()
  })

  test('tells the application that somebody has to sign in, and shows nobody anything', async () => {
    const path = authorizePath(client, { prompt: 'none' })
    const answer = await app.call(path, { cookies: newJar() })
    expect(destinationOf(answer)).toEqual({
      place: 'https://client.example/callback',
      parameters: { error: 'login_required', state: 'a state', iss: 'https://atrium.test' },
    })
    app.offsetMs += 61_000
    const old = await ask({ prompt: 'none', max_age: '60' })
    expect(destinationOf(old).parameters.error).toBe('login_required')
  })

  test('tells the application that somebody has to agree', async () => {
    const answer = await ask({ prompt: 'none' }, stranger)
    expect(destinationOf(answer).parameters).toEqual({
      error: 'consent_required',
      state: 'a state',
      iss: 'https://atrium.test',
    })
    const more = await ask({ prompt: 'none', scope: 'openid profile email' })
    expect(destinationOf(more).parameters.error).toBe('consent_required')
  })
})

describe('the person signs in anew', () => {
  test.each<[string, Parameters]>([
    ['prompt=login', { prompt: 'login' }],
    ['max_age=0', { max_age: '0' }],
    ['prompt=login with an age', { prompt: 'login', max_age: '9999999' }],
  ])('for %s, and comes back with it', async (_, differing) => {
    app.offsetMs += 5_000
    const sent = destinationOf(await ask(differing))
    expect(sent.place).toBe('/sign-in')
    expect(sent.parameters.again).toBe('1')
    const back = sent.parameters.continue ?? ''

    // Coming back without it, they are sent again.
    app.offsetMs += 2_000
    expect(destinationOf(await app.call(back, person)).place).toBe('/sign-in')
    await signInAgain(app, person)
    app.offsetMs += 2_000
    const { place, parameters } = destinationOf(await app.call(back, person))
    expect(place).toBe('https://client.example/callback')
    const { id } = tokensOf(await redeem(app, client, parameters.code ?? ''))
    const { claims } = partsOf(id)
    expect(claims.iat - claims.auth_time).toBeLessThanOrEqual(3)
    expect(parameters.state).toBe('a state')
  })

  test('where their sign-in is older than the application takes', async () => {
    await signInAgain(app, person)
    app.offsetMs += 30_000
    expect(destinationOf(await ask({ max_age: '60' })).parameters.code).toBeDefined()
    app.offsetMs += 31_000
    const sent = destinationOf(await ask({ max_age: '60' }))
    expect(sent.place).toBe('/sign-in')
    await signInAgain(app, person)
    const back = await app.call(sent.parameters.continue ?? '', person)
    expect(destinationOf(back).parameters.code).toBeDefined()
  })

  test('and is asked where they have to agree, once more before they do', async () => {
    const sent = destinationOf(await ask({ prompt: 'login consent' }))
    await signInAgain(app, person)
    const page = await app.call(sent.parameters.continue ?? '', person)
    expect(page.status).toBe(200)
    const decided = await decide(app, person, page)
    expect(destinationOf(decided).parameters.code).toBeDefined()
    // The page that was left open does not know that it was long ago.
    expect(markIn(formOf(page).fields.request ?? '')).toMatch(/^\d{10}\.[\w-]{43}$/)
  })
})

describe('the person is asked', () => {
  test.each(['consent', 'select_account', 'consent select_account'])(
    'for prompt=%s, though they have agreed',
    async (prompt) => {
      const page = await ask({ prompt })
      expect(page.status).toBe(200)
      expect(page.text).toContain('Use another account')
      expect(destinationOf(await decide(app, person, page)).parameters.code).toBeDefined()
    },
  )

  test('for nothing that the standard does not know', async () => {
    for (const prompt of ['', 'whatever', 'nonesuch', 'NONE']) {
      expect(destinationOf(await ask({ prompt })).parameters.code).toBeDefined()
    }
  })
})

/**
 * Whoever sits down at a browser that somebody left open must not get by the sign-in that an
 * application asks for, by an address of their own making.
 */
describe('the address cannot say that somebody has just signed in', () => {
  const mark = async () => markIn(destinationOf(await ask({ prompt: 'login' })).parameters.continue)
  const open = (since: string, differing: Parameters = { prompt: 'login' }) =>
    ask({ ...differing, signed_in_since: since })

  test('by a time without our mark, or with the mark of another', async () => {
    const [seconds = '', ours = ''] = (await mark()).split('.')
    await signInAgain(app, person)
    app.offsetMs += 30_000
    const now = Math.floor((Date.now() + app.offsetMs) / 1000)
    const early = String(Number(seconds) - 60)
    for (const since of [
      '0',
      '-1',
      'a',
      '9'.repeat(11),
      String(now - 60),
      `${early}.`,
      `${early}.${ours}`,
      `${early}.${ours}.${ours}`,
      `0${seconds}.${ours}`,
      `${seconds}.${ours.slice(0, 42)}`,
      `${seconds}.${ours.toLowerCase()}`,
      `.${ours}`,
      seconds,
    ]) {
      const { place } = destinationOf(await open(since))
      expect([since, place]).toEqual([since, '/sign-in'])
    }
    expect(destinationOf(await open(`${seconds}.${ours}`)).parameters.code).toBeDefined()
  })

  test('nor that they have not: without our mark it says nothing', async () => {
    await signInAgain(app, person)
    app.offsetMs += 30_000
    for (const since of ['9'.repeat(10), `${Math.floor((Date.now() + app.offsetMs) / 1000)}`]) {
      const answer = await open(since, { max_age: '60' })
      expect(destinationOf(answer).parameters.code).toBeDefined()
    }
  })

  test('by a mark of ours that was kept', async () => {
    const kept = await mark()
    await signInAgain(app, person)
    app.offsetMs += 9 * 60_000
    expect(destinationOf(await open(kept)).parameters.code).toBeDefined()
    app.offsetMs += 60_000 + 1_000
    expect(destinationOf(await open(kept)).place).toBe('/sign-in')
  })
})
