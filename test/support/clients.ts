import { issueClientToken } from '../../src/core/oauth/client-tokens'
import { authenticateClient } from '../../src/core/oauth/clients'
import { fromBase64Url } from '../../src/crypto/encoding'
import { hashToken } from '../../src/crypto/token'
import { change, type TestCore } from './core'

/** Applications, as the operator's command would have made them. */

export interface TestClient {
  readonly clientId: string
  readonly secret: string
  readonly secretIn: 'header'
  /** For the header `Authorization`. */
  readonly basic: string
  readonly isPublic: boolean
  /** The first that it has registered. */
  readonly redirectUri: string
}

export const introspects = ['client:oauth:introspect']
export const callback = 'https://client.example/callback'
let made = 0

export interface NewTestClient {
  readonly clientId?: string
  readonly name?: string
  readonly scopes?: readonly string[]
  /** Without a secret. */
  readonly isPublic?: boolean
  readonly isFirstParty?: boolean
  readonly redirectUris?: readonly string[]
  readonly logoutUris?: readonly string[]
  readonly secretIn?: 'header' | 'body'
  readonly at?: number
}

export async function newClient(given: NewTestClient = {}): Promise<TestClient> {
  made += 1
  // Made long ago, where a test does not say: the clock of a testCore() may stand a while before this one.
  const { scopes = introspects, isPublic = false, isFirstParty = false, at = 0 } = given
  const { clientId = `client-${made}-${Math.random().toString(36).slice(2, 8)}` } = given
  const { redirectUris = [callback], logoutUris = [] } = given
  const secret = `a secret of ${clientId}`
  await change(
    `INSERT INTO clients (client_id, client_name, secret_hash, secret_in, redirect_uris, logout_uris,
        client_scopes, is_first_party, registered_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    clientId,
    given.name ?? 'A client',
    isPublic ? null : await hashToken(secret),
    given.secretIn ?? null,
    JSON.stringify(redirectUris),
    JSON.stringify(logoutUris),
    JSON.stringify(scopes),
    isFirstParty ? 1 : 0,
    at,
  )
  const basic = basicOf(clientId, secret)
  const redirectUri = redirectUris[0] ?? ''
  return { clientId, secret, secretIn: 'header', basic, isPublic, redirectUri }
}

/** RFC 6749 section 2.3.1: both are form-encoded before they are joined. */
export function basicOf(clientId: string, secret: string): string {
  return `Basic ${btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`)}`
}

export async function issueToken(
  test: TestCore,
  client: TestClient,
  asked: readonly string[] | null = null,
): Promise<string> {
  const issued = await test.request(async (core) =>
    issueClientToken(core, (await authenticateClient(core, client)).client, asked),
  )
  return issued.token
}

/** The parts of a JWT as anybody can read them. */
export function partsOf(token: string) {
  const [header = '', claims = ''] = token.split('.')
  const read = (part: string) =>
    JSON.parse(new TextDecoder().decode(fromBase64Url(part) ?? undefined))
  return { header: read(header), claims: read(claims) }
}
