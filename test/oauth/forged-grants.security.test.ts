import { beforeAll, describe, expect, test } from 'vitest'
import { toBase64Url, toUtf8 } from '../../src/crypto/encoding'
import { testApp } from '../support/app'
import { partsOf, type TestClient } from '../support/clients'
import { ask, bearer, isAccepted, newApplication, newTokens, type Tokens } from '../support/oauth'
import { newPerson } from '../support/social'

/**
 * An application that was let in for one thing makes itself a token for another: it has a genuine one, the
 * keys that are published, and all the time in the world. (What a token of ours could say wrongly is in
 * test/core/oauth/forged-tokens.security.test.ts.)
 */

type Json = { readonly [name: string]: unknown }
type Sign = (input: string) => Promise<ArrayBuffer> | Uint8Array

const app = testApp()
let server: TestClient
let genuine: { readonly header: Json; readonly claims: Json }
let tokens: Tokens
let key: { readonly [name: string]: string }

beforeAll(async () => {
  const client = await newApplication({ isFirstParty: true })
  tokens = await newTokens(app, await newPerson(app), client, { scope: 'openid' })
  genuine = partsOf(tokens.access)
  server = await newApplication({ scopes: ['client:oauth:introspect'] })
  key = (await app.call('/oauth/jwks')).json.keys[0]
})

const encode = (part: Json) => toBase64Url(toUtf8(JSON.stringify(part)))

async function forge(header: Json, sign: Sign, claims: Json = {}): Promise<string> {
  const scope = 'openid delegated:all'
  const said = { ...genuine.claims, scope, ...claims }
  const input = `${encode({ ...genuine.header, ...header })}.${encode(said)}`
  return `${input}.${toBase64Url(new Uint8Array(await sign(input)))}`
}

async function expectWorthless(token: string): Promise<void> {
  for (const path of ['/oauth/userinfo', '/user/me', '/users/me', '/api/user', '/v1/account']) {
    expect((await app.call(path, bearer(token))).status).toBe(401)
  }
  const seen = await ask(app, server, '/oauth/introspect', { token })
  expect(seen.text).toBe('{"active":false}')
}

const curve = { name: 'ECDSA', namedCurve: 'P-256' }

async function newSigner(): Promise<{ sign: Sign; jwk: Json }> {
  const pair = (await crypto.subtle.generateKey(curve, true, ['sign', 'verify'])) as CryptoKeyPair
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
  return {
    sign: (input) => crypto.subtle.sign(algorithm, pair.privateKey, toUtf8(input)),
    jwk: (await crypto.subtle.exportKey('jwk', pair.publicKey)) as unknown as Json,
  }
}

describe('a token is worth nothing', () => {
  test('that is not signed', async () => {
    for (const alg of ['none', 'None', 'nOnE', '']) {
      await expectWorthless(await forge({ alg }, () => new Uint8Array()))
    }
  })

  test('that is signed with the published key as if it was a shared secret', async () => {
    for (const text of [JSON.stringify(key), key.x, key.kid]) {
      const algorithm = { name: 'HMAC', hash: 'SHA-256' }
      const secret = await crypto.subtle.importKey('raw', toUtf8(text ?? ''), algorithm, false, [
        'sign',
      ])
      const sign: Sign = (input) => crypto.subtle.sign('HMAC', secret, toUtf8(input))
      await expectWorthless(await forge({ alg: 'HS256' }, sign))
    }
  })

  test('that is signed with a key of the forger’s, brought along or not', async () => {
    const { sign, jwk } = await newSigner()
    for (const header of [
      {},
      { jwk },
      { jwk, kid: 'mine' },
      { jku: 'https://evil.example/jwks' },
      { x5u: 'https://evil.example/key' },
      { kid: '../../etc/passwd' },
      { kid: undefined },
    ]) {
      await expectWorthless(await forge(header, sign))
    }
  })

  test('that says more than what was signed', async () => {
    const [header, , signature] = tokens.access.split('.')
    const wider = encode({ ...genuine.claims, scope: 'openid delegated:all' })
    await expectWorthless(`${header}.${wider}.${signature}`)
    const later = encode({ ...genuine.claims, exp: 9_999_999_999 })
    await expectWorthless(`${header}.${later}.${signature}`)
  })

  test('that is another one’s signature', async () => {
    const [header, claims] = tokens.access.split('.')
    const [, , signature] = tokens.id.split('.')
    await expectWorthless(`${header}.${claims}.${signature}`)
    const [idHeader, idClaims] = tokens.id.split('.')
    await expectWorthless(`${header}.${idClaims}.${signature}`)
    await expectWorthless(`${idHeader}.${claims}.${signature}`)
    await expectWorthless(tokens.id)
  })
})

test('the genuine one is good for what it says, and no more', async () => {
  expect(await isAccepted(app, tokens.access)).toBe(true)
  expect((await app.call('/user/me', bearer(tokens.access))).status).toBe(403)
})
