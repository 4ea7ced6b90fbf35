import { decodeProtectedHeader, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { hashToken } from './token'

/** JWTs that others verify: ES256 (RFC 7518 section 3.4), and no other algorithm. */

const algorithm = 'ES256'
/** The same as WebCrypto calls it. jose's own ways to make, read and write keys know all other kinds too. */
const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' }

export type Claims = JWTPayload

/** A point on P-256 (RFC 7518 section 6.2.1). */
export interface PublicJwk {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
}

export interface PublicKey extends PublicJwk {
  readonly kid: string
}

export interface NewKey {
  /** The thumbprint of the public key (RFC 7638). */
  readonly kid: string
  readonly publicJwk: PublicJwk
  /** PKCS #8 in PEM. */
  readonly privateKey: string
}

export async function newSigningKey(): Promise<NewKey> {
  const pair = await crypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify'])
  const { privateKey, publicKey } = pair as CryptoKeyPair
  const [{ kty, crv, x, y }, pkcs8] = await Promise.all([
    crypto.subtle.exportKey('jwk', publicKey) as Promise<PublicJwk>,
    crypto.subtle.exportKey('pkcs8', privateKey) as Promise<ArrayBuffer>,
  ])
  // In the order of RFC 7638 section 3.
  const kid = await hashToken(JSON.stringify({ crv, kty, x, y }))
  return { kid, publicJwk: { kty, crv, x, y }, privateKey: toPem(pkcs8) }
}

function toPem(pkcs8: ArrayBuffer): string {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(pkcs8)))
  const lines = base64.match(/.{1,64}/g) ?? []
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----'].join('\n')
}

/** For signing alone, and never to be read out again. */
export function importPem(pem: string): Promise<CryptoKey> {
  const base64 = pem.replaceAll(/-----[^-]+-----|\s/g, '')
  const pkcs8 = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
  return crypto.subtle.importKey('pkcs8', pkcs8, keyAlgorithm, false, ['sign'])
}

/** `type` is the header's `typ`, which keeps tokens for one purpose from passing for another. */
export async function signJwt(
  key: { readonly kid: string; readonly privateKey: CryptoKey },
  type: string,
  claims: Claims,
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: algorithm, typ: type, kid: key.kid })
    .sign(key.privateKey)
}

const imported = new WeakMap<PublicJwk, CryptoKey>()

/** Imported once, for as long as the caller remembers the key. */
async function importPublic(jwk: PublicJwk): Promise<CryptoKey> {
  const known = imported.get(jwk)
  if (known) return known
  // What else a key says of itself is for others, and WebCrypto would take it for conditions.
  const { kty, crv, x, y } = jwk
  const key = await crypto.subtle.importKey('jwk', { kty, crv, x, y }, keyAlgorithm, false, [
    'verify',
  ])
  imported.set(jwk, key)
  return key
}

/** Which key a token names, before anything in it is believed. */
function keyIdOf(token: string): string | null {
  try {
    return decodeProtectedHeader(token).kid ?? null
  } catch {
    return null
  }
}

/**
 * The claims of a JWT of a type, or null for one that is not ours, has expired, or is of another type,
 * issuer or audience. Which key it names counts; what else its header says of keys does not. What
 * `findKey` throws is no word about the token, and is thrown on.
 */
export async function verifyJwt(
  token: string,
  findKey: (kid: string) => Promise<PublicJwk | null>,
  expected: {
    readonly type: string
    readonly issuer: string
    /** Null for whoever it is meant for. */
    readonly audience: string | null
    readonly now: number
  },
): Promise<Claims | null> {
  const kid = keyIdOf(token)
  const key = kid === null ? null : await findKey(kid)
  if (!key) return null
  try {
    const { payload } = await jwtVerify(token, await importPublic(key), {
      algorithms: [algorithm],
      typ: expected.type,
      issuer: expected.issuer,
      ...(expected.audience === null ? {} : { audience: expected.audience }),
      currentDate: new Date(expected.now),
      requiredClaims: ['exp', 'iat', 'sub', 'jti'],
    })
    return payload
  } catch {
    return null
  }
}
