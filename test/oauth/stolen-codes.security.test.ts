import { beforeAll, describe, expect, test } from 'vitest'
import { testApp } from '../support/app'
import type { TestClient } from '../support/clients'
import { rowsOf } from '../support/core'
import {
  agree,
  authorizePath,
  decide,
  destinationOf,
  isAccepted,
  issuer,
  newApplication,
  newCode,
  newPkce,
  redeem,
  refresh,
  tokensOf,
} from '../support/oauth'
import { newPerson, type TestPerson } from '../support/social'

/** Attacks on the way between the browser, the application and us, as RFC 9700 section 4 tells them. */

const app = testApp()
const refused = { status: 400, json: { error: 'invalid_grant' } }
let victim: TestPerson
let attacker: TestPerson
let client: TestClient

beforeAll(async () => {
  victim = await newPerson(app)
  attacker = await newPerson(app)
  client = await newApplication({ isFirstParty: true })
})

/**
 * Section 4.5. The attacker has read the victim's code in a log, and begins a sign-in of their own at the
 * same application, into whose answer they put it: the application redeems it in good faith, with the
 * secret and the verifier of the attacker's own request.
 */
test('a code that is put into another sign-in does not open the victim’s account', async () => {
  const [ofVictim, ofAttacker] = [await newPkce(), await newPkce()]
  const stolen = await newCode(app, victim, client, { code_challenge: ofVictim.challenge })
  await newCode(app, attacker, client, { code_challenge: ofAttacker.challenge })
  const injected = await redeem(app, client, stolen, { code_verifier: ofAttacker.verifier })
  expect(injected).toMatchObject(refused)
  // The victim notices nothing of it.
  const answer = await redeem(app, client, stolen, { code_verifier: ofVictim.verifier })
  expect(answer).toMatchObject({ status: 200 })
})

/**
 * Section 4.7. The attacker sends the victim to the application with a code of the attacker's account, so
 * that what the victim then uploads is the attacker's to see.
 */
test('a code of the attacker’s does not fit the victim’s sign-in', async () => {
  const ofVictim = await newPkce()
  const planted = await newCode(app, attacker, client)
  const { verifier: code_verifier } = ofVictim
  expect(await redeem(app, client, planted, { code_verifier })).toMatchObject(refused)
})

/** Section 4.8.2. The attacker takes the challenge out of the address, and hopes that nobody asks then. */
describe('without a challenge there is no code', () => {
  test.each([
    [{ code_challenge: undefined, code_challenge_method: undefined }],
    [{ code_challenge: undefined }],
    [{ code_challenge: '' }],
    [{ code_challenge_method: 'plain' }],
    [{ code_challenge_method: '' }],
  ])('%o', async (differing) => {
    for (const isPublic of [false, true]) {
      const one = await newApplication({ isFirstParty: true, isPublic })
      const answer = await app.call(authorizePath(one, differing), victim)
      expect(destinationOf(answer).parameters).toMatchObject({ error: 'invalid_request' })
      const codes = 'SELECT 1 FROM authorization_codes WHERE client_id = ?'
      expect(await rowsOf(codes, one.clientId)).toEqual([])
    }
  })
})

/**
 * Section 4.4. An application that works with several servers is made to take an answer of ours for
 * another's: it sends our code there. Every answer, good or bad, says that it is ours (RFC 9207).
 */
describe('an answer says whose it is', () => {
  test('whatever it is', async () => {
    const asking = await newApplication()
    const page = await app.call(authorizePath(asking), victim)
    const other = await newApplication()
    const otherPage = await app.call(authorizePath(other), victim)
    const answers = [
      await app.call(authorizePath(client), victim),
      await app.call(authorizePath(client, { scope: '*' }), victim),
      await app.call(authorizePath(client, { response_type: 'token' }), victim),
      await app.call(authorizePath(asking, { prompt: 'none' }), victim),
      await app.call(authorizePath(asking, { prompt: 'none' })),
      await decide(app, victim, page, 'allow'),
      await decide(app, victim, otherPage, 'deny'),
    ]
    for (const answer of answers) {
      expect(answer.status).toBe(303)
      expect(destinationOf(answer).parameters.iss).toBe(issuer)
    }
    const { json } = await app.call('/.well-known/oauth-authorization-server')
    expect(json.issuer).toBe(issuer)
    expect(json.authorization_response_iss_parameter_supported).toBe(true)
  })

  test('once: an application cannot be made to see another name beside it', async () => {
    const request = `${authorizePath(client)}&iss=https%3A%2F%2Fevil.example&code=planted`
    const { searchParams } = new URL(
      (await app.call(request, victim)).headers.get('Location') ?? '',
    )
    expect(searchParams.getAll('iss')).toEqual([issuer])
    expect(searchParams.getAll('code')).toHaveLength(1)
    expect(searchParams.getAll('code')).not.toContain('planted')
  })
})

/** Section 4.12: a 307 would send the form, and what is typed into it, on to the application. */
test('no form is sent on to where it leads', async () => {
  const asking = await newApplication()
  const answer = await agree(app, victim, asking)
  expect(answer.status).toBe(303)
  expect(destinationOf(answer).parameters).not.toHaveProperty('account')
})

/** CVE-2026-53512: the refresh of a confidential client was not asked for its secret. */
test('what a confidential client has leaked is worth nothing without its secret', async () => {
  const code = await newCode(app, victim, client)
  const posing = { ...client, isPublic: true }
  const unknown = { status: 401, json: { error: 'invalid_client' } }
  expect(await redeem(app, posing, code)).toMatchObject(unknown)
  const { access, refresh: token } = tokensOf(await redeem(app, client, code))
  expect(await refresh(app, posing, token)).toMatchObject(unknown)
  expect(await isAccepted(app, access)).toBe(true)
  expect(await refresh(app, client, token)).toMatchObject({ status: 200 })
})
