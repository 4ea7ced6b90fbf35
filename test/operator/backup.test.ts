import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type LocalServer, startLocalServer } from '../../dev/local-server.mjs'
import { backupLines } from '../../scripts/backup-steps.mjs'
import { openBindings } from '../../scripts/bindings.mjs'
import { inspectBackup, restoreBackup } from '../../scripts/restore-steps.mjs'
import { newPeople, setPrivate, toward } from '../http/graph'
import { isSignedIn, type Person, password, resetHarness, send, settle } from '../http/harness'
import { type Ran, runScript } from '../http/operator'
import { taggedPicture } from '../support/png'

/**
 * From one server, with whatever the other tests have left in it, to another one that begins empty:
 * `npm run backup` and `npm run restore` as an operator calls them, while both are running. Each command
 * takes seconds to load wrangler, so that what follows the first of each is done by their steps.
 */

let folder = ''
let other: LocalServer
let people: [Person, Person, Person]
let made: Ran
const file = () => join(folder, 'backup.jsonl')
const objects = () => join(folder, 'objects')

const backup = (to: string, state: string, ...more: readonly string[]) =>
  runScript('backup', to, '--persist-to', state, ...more)
const restore = (from: string, ...more: readonly string[]) =>
  runScript('restore', from, '--persist-to', other.state, ...more)

const linesOf = (text: string) => text.trimEnd().split('\n')
const backedUp = () => linesOf(readFileSync(file(), 'utf8'))

/** The backup as somebody has changed it. */
function rewritten(name: string, change: (lines: string[]) => string[]): string {
  const path = join(folder, name)
  writeFileSync(path, `${change(backedUp()).join('\n')}\n`)
  return path
}

/** The status with which the other server answers to a session. */
async function statusThere({ cookies }: Person): Promise<number> {
  return (await send('/user/me', { cookies: new Map(cookies), origin: other.origin })).status
}

/** A session at the other server, from where the person is known. */
async function signInThere(person: Person): Promise<Map<string, string>> {
  const cookies = new Map<string, string>()
  const body = { username: person.username, password, userAgent: 'test' }
  const answer = await send('/user/login', {
    body,
    cookies,
    from: person.home,
    origin: other.origin,
  })
  expect(answer.json).toMatchObject({ ok: 1 })
  return cookies
}

const bearer = (cookies: Map<string, string>) => ({
  Authorization: `Bearer ${cookies.get('atrium_session')}`,
})

/** As `talent` shows it. */
async function ownAccount(origin: string, cookies: Map<string, string>) {
  return (await send('/v1/account', { headers: bearer(cookies), origin })).json.data
}

/** What a person sees of their account, of the graph and in the search; addresses without their origin. */
async function viewOf(origin: string, given: Map<string, string>) {
  const cookies = new Map(given)
  const ask = async (path: string, body?: unknown) =>
    (await send(path, { cookies, origin, body })).json.data
  const { profilePictureUrl, ...user } = (await ask('/user/me')).user
  const search = await ask('/user/search', { query: people[2].username })
  const { profile, achievements } = await ownAccount(origin, cookies)
  const view = {
    user,
    picture: profilePictureUrl ? await pictureAt(origin, profilePictureUrl) : null,
    followers: await ask('/user/followers'),
    following: await ask('/user/following'),
    requests: await ask('/user/follow-requests'),
    found: JSON.stringify(search).includes(people[2].id),
    tags: profile.talent.tags,
    achievements,
  }
  return JSON.parse(JSON.stringify(view).replaceAll(origin, ''))
}

async function pictureAt(origin: string, url: string): Promise<string> {
  const { pathname, search } = new URL(url)
  const response = await fetch(`${origin}${pathname}${search}`)
  expect(response.status).toBe(200)
  return Buffer.from(await response.arrayBuffer()).toString('base64')
}

/** A webhook that wants to know everything; nobody runs cron meanwhile, so what it is told can be counted. */
async function listen(change: string): Promise<void> {
  const place = await openBindings({
    env: 'production',
    harness: true,
    'persist-to': inject('state'),
  })
  await place.db.prepare(change).run()
  await place.close()
}

async function fill(): Promise<void> {
  await listen(`INSERT INTO webhooks (webhook_id, url, signing_secret, event_types, added_at)
    VALUES ('wh_backup', 'https://receiver.example/', '', '[]', 0)`)
  const [one, two, three] = await newPeople(3)
  if (!one || !two || !three) throw new Error('nobody is there')
  people = [one, two, three]
  await setPrivate(two, true)
  await toward('follow', one, three)
  await toward('follow', two, three)
  await toward('follow', three, one)
  await toward('follow', one, two)
  const body = new FormData()
  const { given } = await taggedPicture('here')
  body.set('profilePicture', new Blob([given], { type: 'image/png' }), 'me.png')
  const Cookie = [...one.cookies].map((pair) => pair.join('=')).join('; ')
  const headers = { Origin: inject('origin'), Cookie }
  await fetch(`${inject('origin')}/user/profile-picture`, { method: 'PATCH', headers, body })
  await send('/v1/account/update', {
    method: 'PATCH',
    headers: bearer(one.cookies),
    body: { profile: { talent: { tags: ['Chess', 'Straw "quoted" ü 🙂'] } } },
  })
  const { referralCode: referral } = await ownAccount(inject('origin'), one.cookies)
  for (const name of ['first', 'second', 'third']) {
    const [email, confirmPassword] = [`${name}.${one.email}`, password]
    const invited = { firstName: name, email, password, confirmPassword, referral }
    await send('/v1/auth/create-account', { body: invited })
  }
  await settle()
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'atrium-backup-'))
  await resetHarness()
  const fillAndBackUp = async () => {
    await fill()
    return backup(file(), inject('state'), '--objects', objects())
  }
  const start = () => startLocalServer({ vars: { PASSWORD_ITERATIONS: '10000' } })
  ;[other, made] = await Promise.all([start(), fillAndBackUp()])
})
afterAll(async () => {
  await listen('DELETE FROM webhooks')
  await other?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('a backup', () => {
  test('is one file with every row and a file per object', () => {
    expect(made).toMatchObject({ code: 0, output: expect.stringContaining('accounts among them') })
    const counted = JSON.parse(backedUp().at(-1) ?? '').rows
    expect(counted.accounts).toBeGreaterThanOrEqual(3)
    expect(counted.follows).toBeGreaterThanOrEqual(4)
    expect(Object.keys(counted).filter((table) => table.includes('search'))).toEqual([])
    expect(readdirSync(objects()).length).toBeGreaterThan(0)
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  test('never takes the place of another', async () => {
    const again = await backup(file(), inject('state'))
    expect(again).toMatchObject({ code: 2, output: expect.stringContaining('is there already') })
  })
})

describe('restored elsewhere', () => {
  test('people sign in with their passwords and find what they had', async () => {
    const done = await restore(file(), '--objects', objects())
    expect(done.output).toContain('counts and search are right')
    expect(done.output).toContain('Every session has ended')
    expect(done.output).not.toContain('Left out')
    const [one, two, three] = await Promise.all(
      people.map(async (person) => {
        const there = await viewOf(other.origin, await signInThere(person))
        expect(there).toEqual(await viewOf(inject('origin'), person.cookies))
        expect(there.found).toBe(true)
        return there
      }),
    )
    expect(one.picture).not.toBeNull()
    expect(one.tags).toHaveLength(2)
    expect(one.achievements[1]).toMatchObject({ type: 'referral', value: '3' })
    expect(one.user).toMatchObject({ followerCount: 1, followingCount: 1 })
    expect(two.requests.records).toHaveLength(1)
    expect(three.user).toMatchObject({ followerCount: 2, followingCount: 1 })
  })

  test('nobody is still signed in, but everybody is where the backup came from', async () => {
    for (const person of people) {
      expect(await statusThere(person)).toBe(401)
      expect(await isSignedIn(person.cookies)).toBe(true)
    }
  })
})

describe('a file that is not whole', () => {
  test('is refused before anything goes', async () => {
    const torn = rewritten('torn', (lines) => lines.slice(0, -1))
    const refused = await restore(torn, '--replace', '--keep-sessions')
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('is not whole') })
    await signInThere(people[0])
  })
})

describe('where rows are already', () => {
  let place: Awaited<ReturnType<typeof openBindings>>
  const say = () => {}

  beforeAll(async () => {
    place = await openBindings({ env: 'production', 'persist-to': other.state })
  })
  afterAll(() => place.close())

  const putBack = async (path: string, flags: Parameters<typeof restoreBackup>[3] = {}) =>
    restoreBackup(place, path, await inspectBackup(path), flags, say)

  test('they stay, unless they are to be replaced', async () => {
    await expect(putBack(file())).rejects.toThrow('is not empty')
    await signInThere(people[0])
  })

  test('they stay when the tables of the backup are others', async () => {
    const older = rewritten('older', ([first = '', ...rest]) => [
      first.replace(/"\d{4}_\w+\.sql"/, '"0001_a.sql"'),
      ...rest,
    ])
    await expect(putBack(older, { replace: true })).rejects.toThrow('0001_a.sql')
    await signInThere(people[0])
  })

  test('they are the same row by row after, if sessions are kept', async () => {
    await putBack(file(), { replace: true, 'keep-sessions': true })
    let again = ''
    for await (const lines of backupLines(place.db, {}, say)) again += lines
    // The first line says when it was made.
    const rows = (lines: string[]) => lines.slice(1).sort()
    expect(rows(linesOf(again))).toEqual(rows(backedUp()))
    // Restoring is no news: webhooks are told nothing of it.
    expect(again).toContain('"event_type":"account.created"')
    expect(await statusThere(people[0])).toBe(200)
  })

  test('what was read while somebody was deleted lacks what was theirs', async () => {
    const [one, two, three] = people
    const partial = rewritten('partial', (lines) => {
      const kept = lines.filter((line) => !line.includes(`"username":"${three.username}"`))
      const { rows } = JSON.parse(kept.at(-1) ?? '')
      rows.accounts -= 1
      return [...kept.slice(0, -1), JSON.stringify({ rows })]
    })
    const { tables, objects: put } = await putBack(partial, { replace: true, objects: objects() })
    expect(tables).toContainEqual(expect.objectContaining({ name: 'follows', leftOut: 3 }))
    expect(put).toMatchObject({ stored: 0, there: expect.any(Number) })
    // It may be a copy, of which the receivers of the original must not hear.
    const told =
      'SELECT (SELECT COUNT(*) FROM webhook_deliveries) AS count, paused_at > 0 AS paused FROM webhooks'
    expect((await place.db.prepare(told).all()).results).toEqual([{ count: 0, paused: 1 }])
    const { user, followers, following } = await viewOf(other.origin, await signInThere(one))
    expect(user).toMatchObject({ followerCount: 0, followingCount: 0 })
    expect([followers.records, following.records]).toEqual([[], []])
    await signInThere(two)
  })
})

test('everybody can be signed out at once, as after Time Travel', async () => {
  const [one] = people
  const cookies = await signInThere(one)
  expect(await statusThere({ ...one, cookies })).toBe(200)
  const done = await runScript('admin', 'end-all-sessions', '--persist-to', other.state)
  expect(done.code).toBe(0)
  expect(await statusThere({ ...one, cookies })).toBe(401)
  await signInThere(one)
})
