import { beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { problemsOf } from './faulty-calls'
import {
  newPerson,
  type Person,
  register,
  resetHarness,
  send,
  setClock,
  setFaults,
  tally,
  times,
} from './harness'
import {
  type App,
  basic,
  callAs,
  codeIn,
  decide,
  isGood,
  newApp,
  newCode,
  newRequest,
  newTokens,
  post,
  redeem,
  refresh,
  type Tokens,
  visit,
} from './oauth-flow'
import { consenting, redeeming, refreshing } from './oauth-mutations'

/** Codes and refresh tokens count once, however many show them, and nobody loses what is theirs by it. */

const together = 20
let app: App
let person: Person

beforeAll(async () => {
  await resetHarness()
  // The first account of a local database administers: it is somebody else.
  await register()
  ;[app, person] = await Promise.all([newApp(), newPerson()])
})

beforeEach(async () => {
  await resetHarness()
})

/** Whether a server that asks is told that a token counts. */
async function isActive(token: string): Promise<boolean> {
  const { id, secret } = inject('server')
  const asked = { body: { token }, headers: basic(id, secret) }
  return (await send('/oauth/introspect', asked)).json.active
}

/** Nothing of what was handed out lets anybody in any more. */
async function expectDead(given: readonly Tokens[]): Promise<void> {
  for (const { access_token, refresh_token } of given) {
    expect(await isGood(access_token)).toBe(false)
    expect(await isActive(access_token)).toBe(false)
    const answer = await refresh(app, refresh_token)
    expect([answer.status, answer.json]).toEqual([400, { error: 'invalid_grant' }])
  }
}

const signOutEverywhere = ({ cookies }: Person) =>
  send('/user/logout-all', { method: 'POST', cookies: new Map(cookies) })

const given = (answers: readonly { status: number; json: Tokens }[]) =>
  answers.filter(({ status }) => status === 200).map(({ json }) => json)

describe('a code', () => {
  test(`is redeemed by one of ${together} requests, and what it gave ends when it is shown again`, async () => {
    const code = await newCode(app, person)
    const answers = await Promise.all(times(together, code.redeem))
    expect(tally(answers)).toEqual({ 200: 1, 400: together - 1 })
    const refused = answers.filter(({ status }) => status === 400).map(({ json }) => json)
    expect(refused).toEqual(refused.map(() => ({ error: 'invalid_grant' })))
    expect((await code.redeem()).status).toBe(400)
    await expectDead(given(answers))
  })

  test('gives what only its rightful redeemer can end', async () => {
    const { code, verifier } = await newCode(app, person)
    const { json: tokens } = await redeem(app, code, verifier)
    const other = await newApp()
    const guesses = [redeem(app, code, 'a'.repeat(43)), redeem(other, code, verifier)]
    expect(tally(await Promise.all(guesses))).toEqual({ 400: 2 })
    expect(await isGood(tokens.access_token)).toBe(true)
    expect(await isActive(tokens.access_token)).toBe(true)
    expect((await redeem(app, code, verifier)).status).toBe(400)
    await expectDead([tokens])
  })

  test(`is given once for a request that ${together} tabs agree to at the same time`, async () => {
    const { parameters, verifier } = newRequest(app, { prompt: 'consent' })
    const pushed = await callAs(app, '/oauth/par', parameters)
    const named = new URLSearchParams({ client_id: app.id, request_uri: pushed.json.request_uri })
    const tab = await visit(person, `/oauth/authorize?${named}`)
    const answers = await Promise.all(
      times(together, () => post(person, tab, { decision: 'allow' })),
    )
    expect(tally(answers)).toEqual({ 303: 1, 400: together - 1 })
    const [arrived] = answers.filter(({ status }) => status === 303)
    const code = codeIn(new URL(arrived?.headers.get('Location') ?? ''))
    expect((await redeem(app, code, verifier)).status).toBe(200)
  })

  test(`is given to each of ${together} tabs that ask by themselves`, async () => {
    const requests = times(together, () => newRequest(app))
    const stranger = await newPerson()
    const codes = await Promise.all(
      requests.map(async ({ address }) => codeIn(await decide(stranger, stranger, address))),
    )
    const answers = await Promise.all(
      requests.map(({ verifier }, i) => redeem(app, codes[i] ?? '', verifier)),
    )
    expect(tally(answers)).toEqual({ 200: together })
    const alive = await Promise.all(given(answers).map((tokens) => isGood(tokens.access_token)))
    expect(alive).toEqual(times(together, () => true))
  })
})

describe('a refresh token', () => {
  test(`that ${together} requests show at once gives all the same next one, which goes on`, async () => {
    const first = await newTokens(app, person)
    const answers = await Promise.all(times(together, () => refresh(app, first.refresh_token)))
    expect(tally(answers)).toEqual({ 200: together })
    expect(new Set(given(answers).map(({ refresh_token }) => refresh_token)).size).toBe(1)

    const [second] = given(answers) as [Tokens]
    const third: Tokens = (await refresh(app, second.refresh_token)).json
    const fourth: Tokens = (await refresh(app, third.refresh_token)).json
    for (const { access_token } of [first, ...given(answers), third, fourth]) {
      expect(await isGood(access_token)).toBe(true)
    }

    await setClock(11)
    const stolen = await refresh(app, third.refresh_token)
    expect([stolen.status, stolen.json]).toEqual([400, { error: 'invalid_grant' }])
    await expectDead([fourth, third, second])
  })

  test('whose next one was used is not repeated within its seconds either', async () => {
    const first = await newTokens(app, person)
    const second: Tokens = (await refresh(app, first.refresh_token)).json
    const third: Tokens = (await refresh(app, second.refresh_token)).json
    expect((await refresh(app, first.refresh_token)).status).toBe(400)
    await expectDead([third])
  })

  test('of another application ends nothing', async () => {
    const tokens = await newTokens(app, person)
    const next: Tokens = (await refresh(app, tokens.refresh_token)).json
    await setClock(11)
    expect((await refresh(await newApp(), tokens.refresh_token)).status).toBe(400)
    expect(await isGood(next.access_token)).toBe(true)
  })

  type End = readonly [string, (person: Person, tokens: Tokens) => Promise<unknown>]
  const ends: readonly End[] = [
    [
      'the application gives it back',
      (_, t) => callAs(app, '/oauth/revoke', { token: t.refresh_token }),
    ],
    ['the person signs out everywhere', signOutEverywhere],
  ]
  test.each(ends)('gives nothing that lives on when %s meanwhile', async (_, end) => {
    const somebody = await newPerson()
    const tokens = await newTokens(app, somebody)
    const racing = times(together, () => refresh(app, tokens.refresh_token))
    await end(somebody, tokens)
    const answers = await Promise.all(racing)
    expect(answers.filter(({ status }) => status !== 200 && status !== 400)).toEqual([])
    await expectDead([tokens, ...given(answers)])
  })
})

test('codes that are redeemed while the person signs out everywhere give nothing that lives on', async () => {
  const somebody = await newPerson()
  const codes = await Promise.all(times(8, () => newCode(app, somebody)))
  const racing = codes.map(({ redeem }) => redeem())
  await signOutEverywhere(somebody)
  const answers = await Promise.all(racing)
  expect(answers.filter(({ status }) => status !== 200 && status !== 400)).toEqual([])
  await expectDead(given(answers))
})

describe('while the database fails', () => {
  for (const mutation of [redeeming, refreshing, consenting]) {
    test(`${mutation.name} is done or refused with 503 whichever call it is, and can be repeated`, async () => {
      expect(await problemsOf(mutation)).toEqual([])
    })
  }

  /** The change is made, and not even the question whether it was is answered. */
  const unheard = (change: string, readBack: string) =>
    setFaults([
      { binding: 'DB', mode: 'fail-after', match: change, times: 1 },
      { binding: 'DB', mode: 'fail-before', match: readBack, skip: 1, times: 1 },
    ])

  test('nobody loses what they refresh, though it is never heard of', async () => {
    const first = await newTokens(app, person)
    await unheard('UPDATE refresh_tokens SET used_at', 'AS isGiven FROM refresh_tokens')
    expect((await refresh(app, first.refresh_token)).status).toBe(503)
    const again = await refresh(app, first.refresh_token)
    expect(again.status).toBe(200)
    expect((await refresh(app, again.json.refresh_token)).status).toBe(200)
  })

  test('a code that was redeemed unheard is refused, and leaves nothing behind', async () => {
    const code = await newCode(app, person)
    await unheard('UPDATE authorization_codes SET used_at', 'AS opened FROM sessions')
    expect((await code.redeem()).status).toBe(503)
    const again = await code.redeem()
    expect([again.status, again.json]).toEqual([400, { error: 'invalid_grant' }])
    expect((await (await newCode(app, person)).redeem()).status).toBe(200)
  })
})
