import { beforeAll, describe, expect, test } from 'vitest'
import { findGrant } from '../../../src/core/oauth/access-tokens'
import { readClientToken } from '../../../src/core/oauth/client-tokens'
import { introspect } from '../../../src/core/oauth/introspection'
import { currentKey, publishedKeys } from '../../../src/core/oauth/signing-keys'
import { toBase64Url, toUtf8 } from '../../../src/crypto/encoding'
import { introspects, issueToken, newClient, partsOf, type TestClient } from '../../support/clients'
import { testCore } from '../../support/core'

/** Tokens as an attacker would make them, and such as only a mistake of ours could. */

type Json = { readonly [name: string]: unknown }
type Sign = (input: string) => Promise<Uint8Array> | Uint8Array

const atrium = testCore()
let client: TestClient
let genuine: { readonly header: Json; readonly claims: Json }
let own: Sign
let stranger: { readonly sign: Sign; readonly jwk: Json }
let publicJwk: Json

function signWith(key: CryptoKey): Sign {
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
  return async (input) => new Uint8Array(await crypto.subtle.sign(algorithm, key, toUtf8(input)))
}

/** Base64 of either alphabet. */
function bytesOf(text: string) {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(plain, (char) => char.charCodeAt(0))
}

const curve = { name: 'ECDSA', namedCurve: 'P-256' }

beforeAll(async () => {
  client = await newClient()
  genuine = partsOf(await issueToken(atrium, client))
  const { privateKey } = await atrium.request(currentKey)
  const der = bytesOf(privateKey.replace(/-----[^-]+-----|\s/g, ''))
  own = signWith(await crypto.subtle.importKey('pkcs8', der, curve, false, ['sign']))
  const pair = (await crypto.subtle.generateKey(curve, true, ['sign', 'verify'])) as CryptoKeyPair
  const jwk = (await crypto.subtle.exportKey('jwk', pair.publicKey)) as unknown as Json
  stranger = { sign: signWith(pair.privateKey), jwk }
  const [published] = await atrium.request(publishedKeys)
  publicJwk = { ...published }
})

const encode = (part: unknown) => toBase64Url(toUtf8(JSON.stringify(part)))

async function forge(given: { header?: Json; claims?: Json; sign?: Sign }): Promise<string> {
  const header = { ...genuine.header, ...given.header }
  const claims = { ...genuine.claims, ...given.claims }
  const input = `${encode(header)}.${encode(claims)}`
  return `${input}.${toBase64Url(await (given.sign ?? own)(input))}`
}

/** A token must be worth nothing in either place where one is looked at. */
async function expectRefused(token: string): Promise<void> {
  await expectRefusedHere(token)
  expect(await atrium.request((core) => introspect(core, token))).toBeNull()
}

async function expectRefusedHere(token: string): Promise<void> {
  expect(await atrium.request((core) => readClientToken(core, token))).toBeNull()
  expect(await atrium.request((core) => findGrant(core, token))).toBeNull()
}

test('a token that is put together as these are, and is ours, counts', async () => {
  const token = await forge({})
  expect(await atrium.request((core) => introspect(core, token))).toMatchObject({ kind: 'client' })
  const begun = await forge({ claims: { nbf: genuine.claims.iat } })
  expect(await atrium.request((core) => readClientToken(core, begun))).not.toBeNull()
})

describe('the algorithm', () => {
  test('is not chosen by the token: none', async () => {
    for (const alg of ['none', 'None', 'NONE', '', null, undefined]) {
      await expectRefused(await forge({ header: { alg }, sign: () => new Uint8Array() }))
      await expectRefused(await forge({ header: { alg } }))
    }
  })

  test('is not chosen by the token: the public key as the secret of an HMAC', async () => {
    const { x, y } = publicJwk as { x: string; y: string }
    const point = new Uint8Array([4, ...bytesOf(x), ...bytesOf(y)])
    const secrets = [JSON.stringify(publicJwk), x, point, new Uint8Array(32)]
    for (const secret of secrets) {
      const raw = typeof secret === 'string' ? toUtf8(secret) : secret
      const algorithm = { name: 'HMAC', hash: 'SHA-256' }
      const key = await crypto.subtle.importKey('raw', raw, algorithm, false, ['sign'])
      const sign: Sign = async (input) =>
        new Uint8Array(await crypto.subtle.sign('HMAC', key, toUtf8(input)))
      await expectRefused(await forge({ header: { alg: 'HS256' }, sign }))
      await expectRefused(await forge({ sign }))
    }
  })

  test('is no other one', async () => {
    for (const alg of ['ES384', 'RS256', 'PS256', 'EdDSA', 'es256', 'ES256K', 256, ['ES256']]) {
      await expectRefused(await forge({ header: { alg } }))
    }
  })
})

describe('the key', () => {
  test('is one of ours, whatever the header brings along', async () => {
    const { sign, jwk } = stranger
    await expectRefused(await forge({ sign }))
    for (const header of [
      { jwk },
      { jwk, kid: undefined },
      { jwk: { ...jwk, kid: 'mine' }, kid: 'mine' },
      { jku: 'https://attacker.example/jwks.json' },
      { jku: 'https://attacker.example/jwks.json', kid: 'mine' },
      { x5u: 'https://attacker.example/key.pem' },
      { x5c: ['AAAA'] },
    ]) {
      await expectRefused(await forge({ header, sign }))
    }
  })

  test('is named by its id, and by nothing that is nearly one', async () => {
    const { kid } = genuine.header as { kid: string }
    const others = ['', ' ', `${kid} `, kid.toLowerCase(), '../../dev/null', "' OR 1=1 --"]
    const shapes = [undefined, null, 0, true, [kid], { kid }, '__proto__', 'constructor']
    for (const name of [...others, ...shapes]) {
      await expectRefused(await forge({ header: { kid: name } }))
    }
  })

  test('has signed what is there: no more, no less, nothing else', async () => {
    const token = await forge({})
    const [header, claims, signature] = token.split('.')
    const other = encode({ ...genuine.claims, client_id: 'another', sub: 'another' })
    for (const altered of [
      `${header}.${other}.${signature}`,
      `${header}.${claims}.`,
      `${header}.${claims}`,
      `${header}.${claims}.${signature?.slice(0, -4)}`,
      `${header}.${claims}.${toBase64Url(new Uint8Array(64))}`,
      `${token}.`,
      `.${token}`,
      '..',
      '.',
      'a.b.c',
    ]) {
      await expectRefused(altered)
    }
  })
})

describe('what is said in the token', () => {
  test('is that it is an access token', async () => {
    for (const typ of ['JWT', 'id+jwt', 'logout+jwt', 'at', '', undefined, null, 1]) {
      await expectRefused(await forge({ header: { typ } }))
    }
  })

  test('is from us, and for us', async () => {
    const { iss } = genuine.claims
    for (const name of ['https://other.test', `${iss}/`, '', undefined, null, [iss], 1]) {
      await expectRefused(await forge({ claims: { iss: name } }))
    }
    for (const aud of ['', undefined, null, 0, []]) {
      await expectRefused(await forge({ claims: { aud } }))
    }
    // Whoever it is for may ask us what it is worth; we take none that is not for us.
    for (const aud of ['https://other.test', `${iss}/`, ['https://other.test', `${iss}.evil`]]) {
      const token = await forge({ claims: { aud } })
      await expectRefusedHere(token)
      expect(await atrium.request((core) => introspect(core, token))).not.toBeNull()
    }
  })

  test('is a time, in numbers', async () => {
    const now = Math.floor(atrium.now / 1000)
    for (const exp of [now - 1, now, 0, -1, `${now + 999}`, '9999999999', null, undefined, [now]]) {
      await expectRefused(await forge({ claims: { exp } }))
    }
    for (const iat of [`${now}`, null, undefined, {}]) {
      await expectRefused(await forge({ claims: { iat } }))
    }
    for (const nbf of [now + 60, `${now}`, null, {}]) {
      await expectRefused(await forge({ claims: { nbf } }))
    }
  })

  test('is whose it is, twice the same', async () => {
    for (const claims of [
      { sub: 'another' },
      { sub: undefined },
      { client_id: undefined },
      { client_id: 1, sub: 1 },
      { client_id: 'nobody', sub: 'nobody' },
      { jti: undefined },
      { scope: undefined },
      { scope: introspects },
    ]) {
      await expectRefused(await forge({ claims }))
    }
  })

  test('needs nothing that nobody here understands', async () => {
    await expectRefused(await forge({ header: { crit: ['exp'], exp: 1 } }))
    await expectRefused(await forge({ header: { crit: ['b64'], b64: false } }))
    await expectRefused(await forge({ header: { crit: [] } }))
  })

  test('is short', async () => {
    const long = 'a'.repeat(100_000)
    await expectRefused(`${long}.${long}.${long}`)
    await expectRefused(await forge({ claims: { long }, sign: stranger.sign }))
  })
})
