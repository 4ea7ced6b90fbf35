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
}

export const introspects = ['client:oauth:introspect']
let made = 0

/** `scopes` are those of the client; without a secret it is a public one. */
export async function newClient(
  given: { scopes?: readonly string[]; isPublic?: boolean; clientId?: string; at?: number } = {},
): Promise<TestClient> {
  made += 1
  const { scopes = introspects, isPublic = false, at = Date.now() } = given
  const { clientId = `client-${made}-${Math.random().toString(36).slice(2, 8)}` } = given
  const secret = `a secret of ${clientId}`
  await change(
    `INSERT INTO clients (client_id, client_name, secret_hash, redirect_uris, client_scopes, registered_at)
      VALUES (?, 'A client', ?, '[]', ?, ?)`,
    clientId,
    isPublic ? null : await hashToken(secret),
    JSON.stringify(scopes),
    at,
  )
  return { clientId, secret, secretIn: 'header', basic: basicOf(clientId, secret) }
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
