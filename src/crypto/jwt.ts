import {
  calculateJwkThumbprint,
  decodeProtectedHeader,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importJWK,
  importPKCS8,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose'

/** JWTs that others verify: ES256 (RFC 7518 section 3.4), and no other algorithm. */

const algorithm = 'ES256'

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
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true })
  const { kty, crv, x, y } = await exportJWK(publicKey)
  const publicJwk = { kty, crv, x, y } as PublicJwk
  const kid = await calculateJwkThumbprint({ kty, crv, x, y } as Parameters<
    typeof calculateJwkThumbprint
  >[0])
  return { kid, publicJwk, privateKey: await exportPKCS8(privateKey) }
}

/** `type` is the header's `typ`, which keeps tokens for one purpose from passing for another. */
export async function signJwt(
  key: { readonly kid: string; readonly privateKey: string },
  type: string,
  claims: Claims,
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: algorithm, typ: type, kid: key.kid })
    .sign(await importPKCS8(key.privateKey, algorithm))
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
  findKey: (kid: string) => Promise<PublicKey | null>,
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
    const publicKey = await importJWK({ ...key } as Parameters<typeof importJWK>[0], algorithm)
    const { payload } = await jwtVerify(token, publicKey, {
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
