import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type LocalServer, startLocalServer } from '../../dev/local-server.mjs'
import { taggedPicture } from '../support/png'
import { root } from '../support/sources'
import { newPeople, setPrivate, toward } from './graph'
import { isSignedIn, type Person, password, resetHarness, send, settle } from './harness'

/**
 * From one server, with whatever the other tests have left in it, to another one that begins empty:
 * `npm run backup` and `npm run restore` as an operator calls them, while both are running.
 */

let folder = ''
let other: LocalServer
let people: [Person, Person, Person]
const file = () => join(folder, 'backup.jsonl')
const objects = () => join(folder, 'objects')

function script(
  name: string,
  ...args: readonly string[]
): Promise<{ code: number; output: string }> {
  const ran = spawn(process.execPath, [join(root, `scripts/${name}.mjs`), ...args])
  let output = ''
  for (const stream of [ran.stdout, ran.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  }
  return new Promise((resolve) => ran.on('close', (code) => resolve({ code: code ?? 1, output })))
}

const backup = (to: string, state: string, ...more: readonly string[]) =>
  script('backup', to, '--persist-to', state, ...more)
const restore = (from: string, ...more: readonly string[]) =>
  script('restore', from, '--persist-to', other.state, ...more)

/** The lines of a backup but the first, which says when it was made. */
const linesOf = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n').slice(1)

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

/** What a person sees of their account, of the graph and in the search; addresses without their origin. */
async function viewOf(origin: string, given: Map<string, string>) {
  const cookies = new Map(given)
  const ask = async (path: string, body?: unknown) =>
    (await send(path, { cookies, origin, body })).json.data
  const { profilePictureUrl, ...user } = (await ask('/user/me')).user
  const search = await ask('/user/search', { query: people[2].username })
  const { profile } = (await send('/v1/account', { headers: bearer(cookies), origin })).json.data
  const view = {
    user,
    picture: profilePictureUrl ? await pictureAt(origin, profilePictureUrl) : null,
    followers: await ask('/user/followers'),
    following: await ask('/user/following'),
    requests: await ask('/user/follow-requests'),
    found: JSON.stringify(search).includes(people[2].id),
    tags: profile.talent.tags,
  }
  return JSON.parse(JSON.stringify(view).replaceAll(origin, ''))
}

async function pictureAt(origin: string, url: string): Promise<string> {
  const { pathname, search } = new URL(url)
  const response = await fetch(`${origin}${pathname}${search}`)
  expect(response.status).toBe(200)
  return Buffer.from(await response.arrayBuffer()).toString('base64')
}

async function fill(): Promise<void> {
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
  await settle()
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'atrium-backup-'))
  await resetHarness()
  other = await startLocalServer({ vars: { PASSWORD_ITERATIONS: '10000' } })
  await fill()
})
afterAll(async () => {
  await other?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('a backup', () => {
  test('is one file with every row and a file per object', async () => {
    const made = await backup(file(), inject('state'), '--objects', objects())
    expect(made).toMatchObject({ code: 0, output: expect.stringContaining('accounts among them') })
    const counted = JSON.parse(linesOf(file()).at(-1) ?? '').rows
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
    expect(done.output).not.toContain('Left out')
    for (const person of people) {
      const there = await viewOf(other.origin, await signInThere(person))
      const here = await viewOf(inject('origin'), person.cookies)
      expect(there).toEqual(here)
      expect(there.found).toBe(true)
    }
    const [one, two, three] = people
    const view = await viewOf(other.origin, await signInThere(one))
    expect(view.picture).not.toBeNull()
    expect(view.tags).toHaveLength(2)
    expect(view.user).toMatchObject({ followerCount: 1, followingCount: 1 })
    const { requests } = await viewOf(other.origin, await signInThere(two))
    expect(requests.records).toHaveLength(1)
    const { user } = await viewOf(other.origin, await signInThere(three))
    expect(user).toMatchObject({ followerCount: 2, followingCount: 1 })
  })

  test('nobody is still signed in, but everybody is where the backup came from', async () => {
    for (const { cookies } of people) {
      const there = await send('/user/me', { cookies: new Map(cookies), origin: other.origin })
      expect(there.status).toBe(401)
      expect(await isSignedIn(cookies)).toBe(true)
    }
  })

  test('a database with rows is refused, and stays as it is', async () => {
    const refused = await restore(file())
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('is not empty') })
    await signInThere(people[0])
  })

  test('in place of what was there, and with sessions, it is the same row by row', async () => {
    const done = await restore(file(), '--replace', '--keep-sessions')
    expect(done).toMatchObject({ code: 0 })
    const again = join(folder, 'again.jsonl')
    await backup(again, other.state)
    expect(linesOf(again).sort()).toEqual(linesOf(file()).sort())
    const [{ cookies }] = people
    const there = await send('/user/me', { cookies: new Map(cookies), origin: other.origin })
    expect(there.status).toBe(200)
  })

  test('everybody can be signed out at once, as after Time Travel', async () => {
    const done = await script('admin', 'end-all-sessions', '--persist-to', other.state)
    expect(done.code).toBe(0)
    for (const { cookies } of people) {
      const there = await send('/user/me', { cookies: new Map(cookies), origin: other.origin })
      expect(there.status).toBe(401)
    }
    await signInThere(people[0])
  })
})

describe('a file that is not as it was written', () => {
  const rewritten = (name: string, change: (lines: string[]) => string[]) => {
    const path = join(folder, name)
    writeFileSync(
      path,
      `${change(readFileSync(file(), 'utf8').trimEnd().split('\n')).join('\n')}\n`,
    )
    return path
  }

  test('is looked at before anything goes', async () => {
    const refused = await restore(
      rewritten('torn', (lines) => lines.slice(0, -1)),
      '--replace',
    )
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('is not whole') })
    await signInThere(people[0])
  })

  test('is refused when its tables are others', async () => {
    const older = rewritten('older', ([first = '', ...rest]) => [
      first.replace(/"\d{4}_\w+\.sql"/, '"0001_a.sql"'),
      ...rest,
    ])
    const refused = await restore(older, '--replace')
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('0001_a.sql') })
    await signInThere(people[0])
  })

  test('that was read while somebody was deleted leaves out what was theirs', async () => {
    const [one, two, three] = people
    const path = rewritten('partial', (lines) => {
      const kept = lines.filter((line) => !line.includes(`"username":"${three.username}"`))
      const { rows } = JSON.parse(kept.at(-1) ?? '')
      rows.accounts -= 1
      return [...kept.slice(0, -1), JSON.stringify({ rows })]
    })
    const done = await restore(path, '--replace', '--objects', objects())
    expect(done.code).toBe(0)
    expect(done.output).toContain('Left out: 3 rows of follows')
    const { user, followers, following } = await viewOf(other.origin, await signInThere(one))
    expect(user).toMatchObject({ followerCount: 0, followingCount: 0 })
    expect([followers.records, following.records]).toEqual([[], []])
    await signInThere(two)
  })
})
