import { describe, expect, test } from 'vitest'
import { issueClientToken, readClientToken } from '../../../src/core/oauth/client-tokens'
import { authenticateClient } from '../../../src/core/oauth/clients'
import { revokeToken } from '../../../src/core/oauth/revocation'
import { sweepExpired } from '../../../src/core/upkeep'
import { hashToken } from '../../../src/crypto/token'
import { callback, introspects, issueToken, newClient, partsOf } from '../../support/clients'
import { change, refusal, rowsOf, testCore } from '../../support/core'

const atrium = testCore()
const read = (token: string) => atrium.request((core) => readClientToken(core, token))

describe('who a client is', () => {
  const authenticate = (clientId: string, secret: string | null) =>
    atrium.request(
      async (core) =>
        (await authenticateClient(core, { clientId, secret, secretIn: 'header' })).client,
    )

  test('is proven by its secret, and by nothing else', async () => {
    const { clientId, secret } = await newClient()
    expect(await authenticate(clientId, secret)).toEqual({
      clientId,
      name: 'A client',
      isPublic: false,
      isFirstParty: false,
      isSelfRegistered: false,
      redirectUris: [callback],
      logoutUris: [],
      scopes: introspects,
    })
    const stored = await hashToken(secret)
    for (const wrong of [null, '', `${secret} `, secret.toUpperCase(), stored]) {
      expect(await refusal(authenticate(clientId, wrong))).toEqual({ code: 'invalid_client' })
    }
    for (const unknown of [clientId.toUpperCase(), `${clientId} `, '', 'nobody']) {
      expect(await refusal(authenticate(unknown, secret))).toEqual({ code: 'invalid_client' })
    }
  })

  test('is said by its id where it could keep no secret, and then without one', async () => {
    const { clientId, secret } = await newClient({ isPublic: true })
    expect(await authenticate(clientId, null)).toMatchObject({ isPublic: true })
    for (const wrong of [secret, '']) {
      expect(await refusal(authenticate(clientId, wrong))).toEqual({ code: 'invalid_client' })
    }
  })

  test('is proven by the secret before as well, until its time is over', async () => {
    const { clientId, secret } = await newClient()
    await change(
      `UPDATE clients SET former_secret_hash = secret_hash, former_secret_until = ?, secret_hash = ?
        WHERE client_id = ?`,
      atrium.now + 60_000,
      await hashToken('the next secret'),
      clientId,
    )
    for (const good of [secret, 'the next secret']) {
      expect(await authenticate(clientId, good)).toMatchObject({ clientId })
    }
    atrium.pass(60)
    expect(await refusal(authenticate(clientId, secret))).toEqual({ code: 'invalid_client' })
    expect(await authenticate(clientId, 'the next secret')).toMatchObject({ clientId })
  })
})

describe('a token', () => {
  test('says of itself what RFC 9068 asks for', async () => {
    const client = await newClient()
    const { header, claims } = partsOf(await issueToken(atrium, client))
    expect(header).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: expect.stringMatching(/^[\w-]{43}$/),
    })
    const seconds = Math.floor(atrium.now / 1000)
    expect(claims).toEqual({
      iss: 'https://atrium.test',
      aud: 'https://atrium.test',
      sub: client.clientId,
      client_id: client.clientId,
      scope: 'client:oauth:introspect',
      jti: expect.stringMatching(/^[\w-]{43}$/),
      iat: seconds,
      exp: seconds + 3600,
    })
  })

  test('has the scopes that were asked for, out of those of the client', async () => {
    const client = await newClient({ scopes: [...introspects, 'delegated:all'] })
    const everything = await newClient({ scopes: ['*'] })
    const nothing = await newClient({ scopes: ['delegated:all'] })
    const scopesOf = async (one: typeof client, asked: string[] | null) =>
      partsOf(await issueToken(atrium, one, asked)).claims.scope
    for (const asked of [null, introspects, ['*'], [...introspects, ...introspects]]) {
      expect(await scopesOf(client, asked)).toBe('client:oauth:introspect')
      expect(await scopesOf(everything, asked)).toBe('client:oauth:introspect')
      expect(await refusal(issueToken(atrium, nothing, asked))).toEqual({ code: 'invalid_scope' })
    }
    for (const asked of [
      ['delegated:all'],
      ['nobody:knows'],
      [...introspects, 'delegated:all'],
      [...introspects, 'nobody:knows'],
      ['*', 'nobody:knows'],
      ['toString'],
      ['Client:oauth:introspect'],
    ]) {
      expect(await refusal(scopesOf(client, asked))).toEqual({ code: 'invalid_scope' })
    }
  })

  test('is for confidential clients alone', async () => {
    const { clientId } = await newClient({ isPublic: true })
    const issuing = atrium.request(async (core) => {
      const credentials = { clientId, secret: null, secretIn: 'body' } as const
      const { client } = await authenticateClient(core, credentials)
      return issueClientToken(core, client, null)
    })
    expect(await refusal(issuing)).toEqual({ code: 'unauthorized_client' })
  })

  test('counts for an hour', async () => {
    const token = await issueToken(atrium, await newClient({ at: atrium.now }))
    atrium.pass(3599)
    expect(await read(token)).not.toBeNull()
    atrium.pass(2)
    expect(await read(token)).toBeNull()
  })

  test('ends with its client, and one of the same name that comes later has nothing of it', async () => {
    const client = await newClient({ at: atrium.now })
    const token = await issueToken(atrium, client)
    await change('DELETE FROM clients WHERE client_id = ?', client.clientId)
    expect(await read(token)).toBeNull()
    await newClient({ clientId: client.clientId, at: atrium.now + 1000 })
    expect(await read(token)).toBeNull()
  })

  test('lives through a new secret', async () => {
    const client = await newClient({ at: atrium.now })
    const token = await issueToken(atrium, client)
    const rotation = 'UPDATE clients SET secret_hash = ? WHERE client_id = ?'
    await change(rotation, await hashToken('the next secret'), client.clientId)
    expect(await read(token)).toMatchObject({ clientId: client.clientId })
  })

  test('loses what its client loses', async () => {
    const client = await newClient({ at: atrium.now })
    const token = await issueToken(atrium, client)
    expect(await read(token)).toMatchObject({ scopes: introspects })
    const narrowing = "UPDATE clients SET client_scopes = '[]' WHERE client_id = ?"
    await change(narrowing, client.clientId)
    expect(await read(token)).toMatchObject({ scopes: [] })
  })
})

describe('giving a token back', () => {
  test('ends it, once and for all, and what is kept of it goes when it would have expired', async () => {
    const client = await newClient({ at: atrium.now })
    const [token, other] = [await issueToken(atrium, client), await issueToken(atrium, client)]
    const { client: owner } = await atrium.request((core) => authenticateClient(core, client))
    for (let i = 0; i < 2; i += 1) {
      await atrium.request((core) => revokeToken(core, owner, token))
      expect(await read(token)).toBeNull()
      expect(await read(other)).not.toBeNull()
    }
    const kept = () => rowsOf('SELECT 1 FROM revoked_tokens')
    atrium.pass(3599)
    await atrium.request(sweepExpired)
    expect(await kept()).toHaveLength(1)
    atrium.pass(1)
    await atrium.request(sweepExpired)
    expect(await kept()).toEqual([])
    expect(await read(token)).toBeNull()
  })

  test('ends nothing of anybody else', async () => {
    const [client, other] = [
      await newClient({ at: atrium.now }),
      await newClient({ at: atrium.now }),
    ]
    const token = await issueToken(atrium, client)
    const { client: stranger } = await atrium.request((core) => authenticateClient(core, other))
    await atrium.request((core) => revokeToken(core, stranger, token))
    expect(await read(token)).not.toBeNull()
  })
})
