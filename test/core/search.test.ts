import { describe, expect, test } from 'vitest'
import { updateAccount } from '../../src/core/account-changes'
import { block } from '../../src/core/blocks'
import { deleteAccount } from '../../src/core/deletion'
import { listOwnFollows } from '../../src/core/follow-lists'
import { acceptFollow, follow } from '../../src/core/follows'
import type { Registration } from '../../src/core/registration'
import { searchPeople, searchPortraits } from '../../src/core/search'
import { newAccount, newSignedIn, newUnconfirmed, uniqueName } from '../support/accounts'
import { callerWith, change, clientAt, refusal, rowsOf, testCore } from '../support/core'

const atrium = testCore({ THROTTLE: 'off' })
let seeker: Awaited<ReturnType<typeof newSignedIn>> | undefined

/** What somebody finds who has nothing to do with anybody. */
async function find(text: string, limit = 50) {
  seeker ??= await newSignedIn(atrium, { username: uniqueName('zzseeker'), firstName: 'Qq' })
  return findAs(seeker, text, limit)
}

/** The same whether the last names wait for the index or have gone into it. */
async function findAs({ token }: { readonly token: string }, text: string, limit = 50) {
  const search = async () => {
    const found = await atrium.request((core) => searchPeople(core, callerWith(token), text, limit))
    return found.map(({ person, isOpen }) => ({ username: person.username, isOpen }))
  }
  const before = await search()
  await takeIn()
  expect(await search()).toEqual(before)
  return before
}

const takeIn = () => change('DELETE FROM account_search_pending')

const usernames = async (text: string, limit = 50) =>
  (await find(text, limit)).map(({ username }) => username)
const named = (firstName: string, lastName = 'Byron', given: Partial<Registration> = {}) =>
  newUnconfirmed(atrium, { firstName, lastName, ...given })

describe('what is found', () => {
  test('in any case, with and without accents, however much of it is given', async () => {
    const accented = await named('Élowïne', 'Ångström')
    const plain = await named('elowine', 'angstrom')
    const both = [accented.username, plain.username].sort()
    const texts = ['elowine', 'ÉLOWÏNE', 'élo', 'ELO', 'e\u0301lowi\u0308ne', 'lowï', 'NGSTRÖ']
    for (const text of [...texts, 'él', 'EL', 'E\u0301l', 'ån', 'an', 'ine ång', 'INE ANG']) {
      const found = (await usernames(text)).filter((username) => both.includes(username))
      expect(found.sort(), text).toEqual(both)
    }
  })

  test('also where accents are stored as marks of their own, or have no letter of their own', async () => {
    const { username } = await named('E\u0301vrikx', 'X\u0302yrelda')
    for (const text of ['évri', 'evri', 'ÉV', 'ev', 'xyre', 'x\u0302yre', 'x\u0302y', 'XY']) {
      expect(await usernames(text), text).toContain(username)
    }
  })

  test('by a part in the middle, of the username, either name, or both with what is between', async () => {
    const { username } = await named('Rickard', 'Asthley-Quimby', {
      username: 'never_gonna.give-u',
    })
    const parts = ['er_gonna.gi', 'VE-U', 'never_gonna.give-u', 'ickar', 'ley-Quim']
    for (const text of [...parts, 'rickard asth', '  rd ASTHLEY-QUIMBY ']) {
      expect(await usernames(text), text).toEqual([username])
    }
    expect(await usernames('asthley rick')).toEqual([])
  })

  test('by two characters where something begins with them, and not by one', async () => {
    const { username } = await named('Wjord', 'Vkxelm', { username: 'jqwp_1815' })
    for (const text of ['wj', 'VK', 'Jq', ' jq ']) expect(await usernames(text)).toEqual([username])
    for (const text of ['jo', 'kx', 'qw']) expect(await usernames(text)).not.toContain(username)
    for (const text of ['j', ' j ', '', '  ', 'j\u0302', '\u0301\u0302', '\u20dd\u20dd']) {
      const refused = await refusal(find(text))
      expect(refused).toMatchObject({ issues: [{ field: 'query', rule: 'too_short' }] })
    }
  })

  test.each([
    ['王芳', '李'],
    ['太郎', '田中'],
    ['민준', '김'],
    ['𠮷田', 'X'],
    ['ひろし', 'さとう'],
    ['👩‍🚀🧑‍🍳', 'Cook'],
    ['Ёжик', 'Й'],
    ['श्री', 'राम'],
  ])('%s %s, who is written in another script', async (firstName, lastName) => {
    const { username } = await named(firstName, lastName)
    const texts = [firstName, lastName, `${firstName} ${lastName}`]
    for (const text of texts.filter((text) => Array.from(text).length >= 2)) {
      expect(await usernames(text), text).toEqual([username])
    }
  })

  test.each([
    '"',
    '""',
    '"quoted"',
    'a"b"c',
    "O'Brien--",
    'NEAR(x y, 2)',
    'name:ada',
    'username : ada',
    'cats AND dogs NOT mice',
    'x* OR y',
    '^first',
    '-{name} : x',
    '%_%',
    'a+b',
    '\\"',
    '(((',
    '*',
  ])('as it is written: %j', async (text) => {
    const { username } = await named(`Quux${text}Quux`)
    await named('Quux xx Quux')
    expect(await usernames(`ux${text}Qu`)).toEqual([username])
    // Alone it may be shorter than what the index holds, but never a mistake in a query.
    if (Array.from(text).length >= 2) expect(await find(text)).toBeInstanceOf(Array)
    if (Array.from(text).length >= 3) expect(await usernames(text)).toEqual([username])
  })

  test('up to a hundred characters, whatever they are', async () => {
    const [long, emoji] = ['ñ'.repeat(120), '🐙'.repeat(120)]
    const people = [await named(long), await named(emoji)]
    for (const [i, text] of [long, emoji].entries()) {
      const hundred = Array.from(text).slice(0, 100).join('')
      expect(await usernames(hundred)).toEqual([people[i]?.username])
      const more = Array.from(text).slice(0, 101).join('')
      expect(await refusal(find(more))).toMatchObject({
        issues: [{ field: 'query', rule: 'too_long' }],
      })
    }
  })

  test.each(['ab\0cd', '\0\0\0', 'ab\u202ecd', '\ud83dabc', 'two\nlines'])(
    'never for what no name can hold: %j',
    async (text) => {
      expect(await refusal(find(text))).toMatchObject({
        code: 'invalid_input',
        issues: [{ field: 'query', rule: 'format' }],
      })
    },
  )
})

describe('in what order and how many', () => {
  test('whose username it is comes first, then those whose begins with it', async () => {
    const text = 'kxzy'
    const holding = Array.from({ length: 15 }, (_, i) => `a_${text}_${i + 10}`)
    const beginning = Array.from({ length: 15 }, (_, i) => `${text}_${i + 10}`)
    for (const username of [...holding, ...beginning]) await newUnconfirmed(atrium, { username })
    await newUnconfirmed(atrium, { username: text })
    expect(await usernames('KxZy')).toEqual([text, ...beginning, ...holding])
    expect(await usernames(text, 10)).toEqual([text, ...beginning.slice(0, 9)])
    expect((await usernames(text, 1))[0]).toBe(text)
    expect((await usernames('kx', 20)).slice(0, 15)).toEqual([text, ...beginning.slice(0, 14)])
  })

  test('nobody twice, and never more than was asked for', async () => {
    const text = 'wqvx'
    const usernamesOf = Array.from({ length: 12 }, (_, i) => `${text}_${text}_${i + 10}`)
    for (const username of usernamesOf) await named(text, text, { username })
    expect((await usernames(text)).sort()).toEqual(usernamesOf)
    expect(new Set(await usernames(text, 5)).size).toBe(5)
    expect(new Set(await usernames('wq', 5)).size).toBe(5)
  })
})

describe('who is found', () => {
  /** Ten people who would all be found, of whom six must not be: only four are left. */
  async function newCrowd(text: string) {
    const me = await newSignedIn(atrium)
    const people = []
    for (let i = 10; i < 20; i += 1) {
      people.push(await newSignedIn(atrium, { username: `${text}_${i}`, firstName: text }))
    }
    return { me, people, left: people.slice(6).map(({ account }) => account.username) }
  }

  test.each([
    ['wholly', 'bqzf'],
    ['by two characters', 'jzqk'],
  ])(
    'nobody who is blocked, disabled or deleted, and the page is full all the same: %s',
    async (how, name) => {
      const { me, people, left } = await newCrowd(name)
      const [blocked, blocking, both, disabled, deleted, doomed] = people
      const text = how === 'wholly' ? name : name.slice(0, 2)
      for (const other of [blocked, both]) {
        const id = other?.account.id ?? ''
        await atrium.request((core) => block(core, me.viewer, id))
      }
      for (const other of [blocking, both]) {
        if (other) await atrium.request((core) => block(core, other.viewer, me.account.id))
      }
      for (const other of [disabled, doomed]) {
        await change('UPDATE accounts SET disabled_at = 1 WHERE id = ?', other?.account.id)
      }
      if (deleted) await atrium.request((core) => deleteAccount(core, deleted.account))
      const found = (await findAs(me, text, 4)).map(({ username }) => username)
      expect(found).toEqual(left)
      for (const other of people.slice(0, 6)) {
        const hidden = await findAs(me, other.account.username)
        expect(hidden.map(({ username }) => username)).not.toContain(other.account.username)
      }
      // To others only those are missing who are missing to everybody.
      expect(await usernames(text)).toEqual(
        people
          .filter((one) => ![disabled, deleted, doomed].includes(one))
          .map(({ account }) => account.username),
      )
    },
  )

  test('a private account too; its lists are open to whom it approved, and to itself', async () => {
    const [me, fan] = [await newSignedIn(atrium), await newSignedIn(atrium)]
    const shy = await newSignedIn(atrium, { firstName: 'Shyzz' })
    const own = { targetId: null, currentPassword: null }
    await atrium.request((core) =>
      updateAccount(core, shy.viewer, { isPrivate: true }, own, clientAt(1)),
    )
    const { username, id } = shy.account
    const found = (isOpen: boolean) => [{ username, isOpen }]
    expect(await findAs(me, 'shyzz')).toEqual(found(false))
    expect(await findAs(shy, 'shyzz')).toEqual(found(true))
    await atrium.request((core) => follow(core, fan.viewer, id))
    expect(await findAs(fan, 'shyzz')).toEqual(found(false))
    const page = { limit: 10, order: 'newest', after: null } as const
    const requests = await atrium.request((core) =>
      listOwnFollows(core, callerWith(shy.token), 'requests', page),
    )
    await atrium.request((core) => acceptFollow(core, shy.viewer, requests[0]?.entryId ?? ''))
    expect(await findAs(fan, 'shyzz')).toEqual(found(true))
    expect(await findAs(me, 'shyzz')).toEqual(found(false))
  })

  test('a public account, whose lists are open to everybody', async () => {
    const { username } = await named('Openzz')
    expect(await find('openzz')).toEqual([{ username, isOpen: true }])
  })

  test('whoever changed their name, under the new one only', async () => {
    const { account, viewer } = await newSignedIn(atrium, {
      username: 'oldzz_name',
      firstName: 'Ölzqen',
      lastName: 'Fürzqt',
    })
    const own = { targetId: null, currentPassword: null }
    const changes = { username: 'newzz_name', firstName: 'Éxzqra', lastName: 'Ñezqto' }
    expect(await usernames('oldzz')).toEqual([account.username])
    await atrium.request((core) => updateAccount(core, viewer, changes, own, clientAt(1)))
    for (const text of ['oldzz', 'oldzz_name', 'olzq', 'ölzqen', 'furzq', 'öl', 'fü']) {
      expect(await usernames(text), text).not.toContain('newzz_name')
    }
    for (const text of ['newzz', 'NEWZZ_NAME', 'exzq', 'éxzqra ñezq', 'nezqto', 'ex', 'ÑE']) {
      expect(await usernames(text), text).toContain('newzz_name')
    }
  })

  test('nobody by an address, a phone or a part of the profile', async () => {
    await newAccount(atrium, {
      email: 'secretzz@hiddenzz.example.com',
      profile: { bio: 'biozzword', phone: '0815472911' },
    })
    for (const text of ['secretzz', 'hiddenzz', 'biozzword', '0815472911']) {
      expect(await usernames(text)).toEqual([])
    }
  })

  test('the same by somebody without a session, where a dialect searches for anybody', async () => {
    const me = await newSignedIn(atrium)
    const people = [await named('Anybzz'), await named('Anybzz'), await named('Anybzz')]
    await atrium.request((core) => block(core, me.viewer, people[0]?.id ?? ''))
    const portraits = async (token: string | null) => {
      const found = await atrium.request((core) => searchPortraits(core, { token }, 'anybzz', 10))
      return found.map(({ person }) => person.username)
    }
    const all = people.map(({ username }) => username).sort()
    expect((await portraits(null)).sort()).toEqual(all)
    expect((await portraits('not a token')).sort()).toEqual(all)
    expect((await portraits(me.token)).sort()).toEqual(
      all.filter((username) => username !== people[0]?.username),
    )
  })

  test('nothing at all where the session does not count', async () => {
    expect(await refusal(findAs({ token: 'not a token' }, 'openzz'))).toEqual({
      code: 'not_authenticated',
    })
  })
})

/** FTS5 compares what it holds with what it is made from, and fails where the two differ. */
const compareIndex = () =>
  change("INSERT INTO account_search (account_search, rank) VALUES ('integrity-check', 1)")

test('the index holds what the accounts say, whatever became of them', async () => {
  const people = await Promise.all(['Aaaa', 'Bbbb', 'Cccc'].map((name) => named(name, 'Ännä')))
  const [renamed, gone, same] = people.map(({ number }) => number)
  await change("UPDATE accounts SET first_name = 'Aaaab', last_name = '' WHERE number = ?", renamed)
  await change("UPDATE accounts SET username = 'of-another-name' WHERE number = ?", renamed)
  await change('DELETE FROM accounts WHERE number = ?', gone)
  await change('UPDATE accounts SET first_name = first_name WHERE number = ?', same)
  await compareIndex()
  await takeIn()
  await compareIndex()
  const numbersOf = async (text: string) =>
    (
      await rowsOf('SELECT rowid FROM account_search WHERE account_search MATCH ?', `"${text}"`)
    ).map(({ rowid }) => rowid)
  expect(await numbersOf('Aaaa Ännä')).toEqual([])
  expect(await numbersOf('aaaab')).toEqual([renamed])
  expect(await numbersOf('Bbbb')).toEqual([])
  expect(await numbersOf('cccc anna')).toEqual([same])
})

test('no more than fifteen accounts wait for the index', async () => {
  const waiting = async () => (await rowsOf('SELECT 1 FROM account_search_pending')).length
  await takeIn()
  const counts = []
  for (let i = 0; i < 33; i += 1) {
    await named('Gggg')
    counts.push(await waiting())
  }
  expect(counts).toEqual(Array.from({ length: 33 }, (_, i) => (i + 1) % 16))
  await change(
    "UPDATE accounts SET last_name = 'Hhhh', last_name_key = 'hhhh' WHERE first_name = 'Gggg'",
  )
  expect(await waiting()).toBeLessThan(16)
  await compareIndex()
  expect(await usernames('gggg hhhh')).toHaveLength(33)
})

test('the comparison finds an index that has lost its way', async () => {
  const { number } = await named('Ffff')
  await takeIn()
  const lost =
    "VALUES ('delete', ?, (SELECT username FROM accounts WHERE number = ?), 'Ffff Byron')"
  await change(
    `INSERT INTO account_search (account_search, rowid, username, name) ${lost}`,
    number,
    number,
  )
  await expect(compareIndex()).rejects.toThrow(/malformed|corrupt/i)
  await change("INSERT INTO account_search (account_search) VALUES ('rebuild')")
  await compareIndex()
})
