import { beforeAll, describe, expect, test } from 'vitest'
import { block } from '../../src/core/blocks'
import { nameKey } from '../../src/core/identifiers'
import { findPortfolios, type PortfolioFilters } from '../../src/core/portfolio-search'
import { tagKey } from '../../src/core/tags'
import { newSignedIn } from '../support/accounts'
import { callerWith, change, refusal, testCore } from '../support/core'
import { addAccountTags, addTag, numbered } from '../support/portfolios'
import { seeded } from '../support/seeded'

/** Every filter against the same filter written down here, over a few dozen people. */

const atrium = testCore({ THROTTLE: 'off' })
const everybody: PortfolioFilters = {
  role: null,
  persona: null,
  completenessMin: 0,
  completenessMax: 100,
  tags: [],
  text: null,
  isOwn: false,
}

interface Somebody {
  readonly number: number
  readonly id: string
  readonly username: string
  readonly firstName: string
  readonly lastName: string
  readonly role: 'user' | 'admin'
  readonly persona: 'recipient' | 'creator' | null
  readonly completeness: number
  readonly tags: readonly string[]
  readonly isShown: boolean
}

const firstNames = ['Élodie', 'Jose', 'JOSÉ', 'Bo', '王芳', 'Nikostratos', 'ΝΙΚΟΣΤΡΑΤΟΣ']
const lastNames = ['Byron', 'Li', 'Boyd-Elo', 'van der Berg', 'Ångström']
const words = ['type-script', 'sql', 'árbol', 'c++', 'unused-by-most']
const random = seeded(20)
const oneOf = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T

let people: Somebody[] = []
let seeker: Awaited<ReturnType<typeof newSignedIn>>

async function addSomebody(i: number): Promise<Somebody> {
  const somebody: Somebody = {
    number: 1_000_000 + Math.floor(random() * 1e9),
    id: numbered(i),
    username: `${oneOf(['elo', 'bo_y', 'zed'])}${i}`,
    firstName: oneOf(firstNames),
    lastName: oneOf(lastNames),
    role: random() < 0.2 ? 'admin' : 'user',
    persona: oneOf(['recipient', 'creator', null]),
    // Few values, so that the second half of the order is seen as well.
    completeness: oneOf([0, 10, 35, 90, 100]),
    tags: words.filter((_, at) => random() < 0.6 - at / 8),
    isShown: i % 9 !== 8,
  }
  const { number, id, username, firstName, lastName, role, persona, completeness } = somebody
  await change(
    `INSERT INTO accounts (number, id, username, username_key, first_name, first_name_key, last_name,
       last_name_key, role, profile, profile_completeness, is_private, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)`,
    ...[number, id, username, username, firstName, nameKey(firstName), lastName],
    ...[nameKey(lastName), role, JSON.stringify(persona ? { persona } : {}), completeness],
    random() < 0.3 ? 1 : 0,
  )
  for (const word of somebody.tags) await addAccountTags(word, 'number = ?', number)
  return somebody
}

beforeAll(async () => {
  seeker = await newSignedIn(atrium, { username: 'qqseeker', firstName: 'Qq', lastName: 'Qq' })
  for (const word of words) await addTag(word)
  for (let i = 0; i < 60; i += 1) people.push(await addSomebody(i))
  // Of those who are not shown one third each is disabled, has blocked the seeker, and is blocked.
  const own = { ...seeker.account, firstName: 'Qq', lastName: 'Qq', persona: null, tags: [] }
  const hidden = people.filter(({ isShown }) => !isShown)
  for (const [i, { number, id }] of hidden.entries()) {
    if (i % 3 === 0) await change('UPDATE accounts SET disabled_at = 1 WHERE number = ?', number)
    if (i % 3 === 1) await change('INSERT INTO blocks VALUES (?, ?, 1)', number, own.number)
    if (i % 3 === 2) await atrium.request((core) => block(core, seeker.viewer, id))
  }
  people.push({ ...own, role: 'user', completeness: 0, isShown: true })
  people = people
    .filter(({ isShown }) => isShown)
    .sort((a, b) => b.completeness - a.completeness || (a.id < b.id ? 1 : -1))
})

function fits(filters: PortfolioFilters): (one: Somebody) => boolean {
  const { text, role, persona, completenessMin: min, completenessMax: max } = filters
  const key = nameKey(text ?? '').trim()
  const tags = filters.tags.map(tagKey)
  return (one) => {
    const names = [one.firstName, one.lastName].map(nameKey)
    const isNamed =
      Array.from(key).length < 3
        ? [one.username, ...names].some((name) => name.startsWith(key))
        : one.username.includes(key) || names.join(' ').includes(key)
    return [
      text === null || isNamed,
      role === null || one.role === role,
      persona === null || (one.persona ?? 'recipient') === persona,
      one.completeness >= min && one.completeness <= max,
      tags.length === 0 || one.tags.some((tag) => tags.includes(tag)),
      !filters.isOwn || one.id === seeker.account.id,
    ].every(Boolean)
  }
}

function find(given: Partial<PortfolioFilters>, page = { page: 1, limit: 100 }) {
  const caller = callerWith(seeker.token)
  return atrium.request((core) => findPortfolios(core, caller, { ...everybody, ...given }, page))
}

let privateSeen = 0

async function expectFound(given: Partial<PortfolioFilters>): Promise<number> {
  const { found, total, isCapped } = await find(given)
  privateSeen += found.filter(({ person }) => person.isPrivate).length
  const expected = people.filter(fits({ ...everybody, ...given }))
  const names = found.map(({ person }) => person.username)
  expect(names, JSON.stringify(given)).toEqual(expected.map(({ username }) => username))
  expect({ total, isCapped }, JSON.stringify(given)).toEqual({
    total: expected.length,
    isCapped: false,
  })
  return expected.length
}

const ranges: readonly Partial<PortfolioFilters>[] = [
  {},
  { completenessMin: 10, completenessMax: 35 },
]
const filters = {
  role: [null, 'user', 'admin'],
  persona: [null, 'recipient', 'creator'],
  tags: [[], ['SQL'], [' Type  Script', 'type_SCRIPT'], ['A\u0301rbol', 'c++'], ['no such tag']],
  text: [null, 'el', 'LI', 'jos', 'Élo', ' e\u0301lo ', 'oy', 'r Berg', '王芳', 'nobody'],
  isOwn: [false, true],
} as const

test('each filter finds whom it should, alone', async () => {
  for (const [name, values] of Object.entries(filters)) {
    for (const value of values) await expectFound({ [name]: value })
  }
  for (const [min, max] of [
    [0, 0],
    [90, 100],
    [11, 34],
    [35, 10],
    [36, 90],
  ] as const) {
    await expectFound({ completenessMin: min, completenessMax: max })
  }
})

test('in every combination', async () => {
  let found = 0
  for (const role of filters.role) {
    for (const persona of filters.persona) {
      for (const tags of filters.tags.slice(0, 4)) {
        for (const text of [null, 'el', 'Élo', 'r Berg']) {
          for (const range of ranges) {
            found += await expectFound({ role, persona, tags, text, ...range })
          }
        }
      }
    }
  }
  // It was not nobody throughout.
  expect(found).toBeGreaterThan(500)
  // Private lists make nobody hard to find.
  expect(privateSeen).toBeGreaterThan(100)
  for (const [tags, text] of [
    [['sql'], null],
    [[], 'qqs'],
    [[], 'jos'],
  ] as const) {
    await expectFound({ isOwn: true, tags, text })
  }
})

test('a text is found by its lower or upper case in a script whose letters change at the end', async () => {
  for (const text of ['ΝΙΚΟΣ', 'νικοσ', 'ΤΡΑΤΟΣ']) {
    const { found } = await find({ text })
    expect(found.length, text).toBeGreaterThan(0)
    // As well where it is not the text that leads to them.
    const tagged = found.filter(({ portfolio }) => portfolio.tags.length > 0)
    expect((await find({ text, tags: words })).found, text).toEqual(tagged)
  }
})

describe('pages', () => {
  test('follow on one another: the same order, nobody twice, the same total', async () => {
    for (const given of [{}, { tags: ['sql'] }, { text: 'elo' }, { role: 'user' as const }]) {
      const expected = people.filter(fits({ ...everybody, ...given })).map(({ id }) => id)
      const found: string[] = []
      for (let page = 1; found.length < expected.length; page += 1) {
        const shown = await find(given, { page, limit: 7 })
        expect(shown.total).toBe(expected.length)
        expect(shown.found.length).toBe(Math.min(7, expected.length - found.length))
        found.push(...shown.found.map(({ person }) => person.id))
      }
      expect(found).toEqual(expected)
    }
  })

  test('past the end are empty, and still know the total', async () => {
    for (const page of [10, 1001, 1e9, Number.MAX_SAFE_INTEGER]) {
      const shown = await find({}, { page, limit: 12 })
      expect(shown).toEqual({ found: [], total: people.length, isCapped: false })
    }
  })
})

test('what is shown of somebody is theirs', async () => {
  const { found } = await find({ tags: ['sql', 'c++'] })
  for (const { person, portfolio } of found) {
    const somebody = people.find(({ id }) => id === person.id)
    expect(portfolio.tags.map(({ key }) => key).sort()).toEqual([...(somebody?.tags ?? [])].sort())
    expect(person.own).toBeNull()
  }
})

test('a text that nobody can be looked for by is refused', async () => {
  for (const text of ['x', ' ', 'x'.repeat(101)]) {
    expect(await refusal(find({ text })), text).toMatchObject({ code: 'invalid_input' })
  }
})
