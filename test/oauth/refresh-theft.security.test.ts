import { beforeEach, describe, expect, test } from 'vitest'
import { testApp } from '../support/app'
import type { TestClient } from '../support/clients'
import {
  ask,
  isAccepted,
  newApplication,
  newTokens,
  refresh,
  type Tokens,
  tokensOf,
} from '../support/oauth'
import { newPerson, type TestPerson } from '../support/social'

/**
 * A refresh token of a public client was copied. Whoever comes second with a token that was used shows
 * that two have it, and since nobody can say which of them is the thief, the grant ends for both
 * (RFC 9700 section 4.14.2).
 */

const app = testApp()
const refused = { status: 400, json: { error: 'invalid_grant' } }
let person: TestPerson
let client: TestClient
let stolen: Tokens

beforeEach(async () => {
  person ??= await newPerson(app)
  client ??= await newApplication({ isPublic: true })
  stolen = await newTokens(app, person, client)
})

async function expectDead(...tokens: readonly Tokens[]): Promise<void> {
  for (const { access, refresh: token } of tokens) {
    expect(await isAccepted(app, access)).toBe(false)
    expect(await refresh(app, client, token)).toMatchObject(refused)
  }
}

describe('the thief is found out', () => {
  test('who comes after the owner, once the time for lost answers is over', async () => {
    const owner = tokensOf(await refresh(app, client, stolen.refresh))
    app.offsetMs += 11_000
    expect(await refresh(app, client, stolen.refresh)).toMatchObject(refused)
    await expectDead(stolen, owner)
  })

  test('who came before the owner', async () => {
    const thief = tokensOf(await refresh(app, client, stolen.refresh))
    const further = tokensOf(await refresh(app, client, thief.refresh))
    expect(await refresh(app, client, stolen.refresh)).toMatchObject(refused)
    await expectDead(stolen, thief, further)
  })

  test('who comes within that time, but after the owner has gone on', async () => {
    const owner = tokensOf(await refresh(app, client, stolen.refresh))
    const later = tokensOf(await refresh(app, client, owner.refresh))
    expect(await refresh(app, client, stolen.refresh)).toMatchObject(refused)
    await expectDead(stolen, owner, later)
  })

  test('who got in with the owner in the same moment: the first to go on alone is found out', async () => {
    const [owner, thief] = (
      await Promise.all([1, 2].map(() => refresh(app, client, stolen.refresh)))
    ).map(tokensOf)
    if (!owner || !thief) throw new Error('one of them was refused')
    expect(owner.refresh).toBe(thief.refresh)
    expect(await refresh(app, client, owner.refresh)).toMatchObject({ status: 200 })
    app.offsetMs += 11_000
    expect(await refresh(app, client, thief.refresh)).toMatchObject(refused)
    await expectDead(owner, thief)
  })

  test('who tries one of long ago', async () => {
    let newest = stolen
    for (let i = 0; i < 3; i += 1) {
      newest = tokensOf(await refresh(app, client, newest.refresh))
    }
    app.offsetMs += 20 * 24 * 60 * 60 * 1000
    newest = tokensOf(await refresh(app, client, newest.refresh))
    expect(await refresh(app, client, stolen.refresh)).toMatchObject(refused)
    await expectDead(newest)
  })
})

describe('the grant lives on', () => {
  test('where another application tries', async () => {
    const owner = tokensOf(await refresh(app, client, stolen.refresh))
    app.offsetMs += 11_000
    const other = await newApplication({ isPublic: true })
    for (const token of [stolen.refresh, owner.refresh]) {
      expect(await refresh(app, other, token)).toMatchObject(refused)
      await ask(app, other, '/oauth/revoke', { token })
    }
    expect(await refresh(app, client, owner.refresh)).toMatchObject({ status: 200 })
  })

  test('where somebody asks for more, or for another place', async () => {
    const owner = tokensOf(await refresh(app, client, stolen.refresh))
    app.offsetMs += 11_000
    for (const differing of [{ scope: 'delegated:all' }, { resource: 'https://evil.example' }]) {
      const answer = await refresh(app, client, stolen.refresh, differing)
      expect(answer.status).toBe(400)
      expect(answer.json.error).not.toBe('invalid_grant')
    }
    expect(await refresh(app, client, owner.refresh)).toMatchObject({ status: 200 })
  })

  test('of the same application at the person’s other device', async () => {
    const other = await newTokens(app, person, client)
    await refresh(app, client, stolen.refresh)
    app.offsetMs += 11_000
    expect(await refresh(app, client, stolen.refresh)).toMatchObject(refused)
    await expectDead(stolen)
    expect(await refresh(app, client, other.refresh)).toMatchObject({ status: 200 })
  })
})
