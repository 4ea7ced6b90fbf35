import { describe, expect, test } from 'vitest'
import { updateAccount } from '../../src/core/account-changes'
import { deleteAccount } from '../../src/core/deletion'
import { getOwnPortfolio } from '../../src/core/portfolios'
import type { Viewer } from '../../src/core/sessions'
import { tagColor, tagKey } from '../../src/core/tags'
import { newSignedIn } from '../support/accounts'
import { callerWith, clientAt, refusal, rowsOf, testCore } from '../support/core'

const atrium = testCore({ THROTTLE: 'off' })
const own = { targetId: null, currentPassword: null }

async function setTags(viewer: Viewer, tags: readonly string[]) {
  const changed = await atrium.request((core) =>
    updateAccount(core, viewer, { tags }, own, clientAt(1)),
  )
  return changed.portfolio.tags
}

const keysOf = (tags: readonly { readonly key: string }[]) => tags.map(({ key }) => key)

/** How often a tag is counted, and how often it is used. */
async function countsOf(name: string) {
  const [row] = await rowsOf<{ counted: number; used: number }>(
    `SELECT entry_count AS counted, (SELECT COUNT(*) FROM account_tags
       WHERE account_tags.tag_id = tags.tag_id) AS used FROM tags WHERE tag_key = ?`,
    tagKey(name),
  )
  return row
}

describe('a tag', () => {
  test('is the same however it is spelled, and is called as it was first', async () => {
    const [one, other] = [await newSignedIn(atrium), await newSignedIn(atrium)]
    const [first] = await setTags(one.viewer, ['Machine Learning'])
    for (const name of ['machine-learning', ' MACHINE__learning ', 'Ｍａｃｈｉｎｅ learning']) {
      const [tag] = await setTags(other.viewer, [name])
      expect(tag, name).toEqual({ ...first, entryCount: 2 })
    }
    expect(first).toMatchObject({ key: 'machine-learning', name: 'Machine Learning' })
    const both = ['E\u0301tude', 'étude', 'ÉTUDE']
    expect(await setTags(other.viewer, both)).toMatchObject([{ key: 'étude', name: 'Étude' }])
    for (const name of ['C', 'C++', 'C#']) expect(tagKey(name)).toBe(name.toLowerCase())
  })

  test('is shown to everybody in plain letters, whoever wrote it first', async () => {
    const [one, other] = [await newSignedIn(atrium), await newSignedIn(atrium)]
    await setTags(one.viewer, ['\u{1d433}\u{1d42d}-tag'])
    expect(await setTags(other.viewer, ['zt-tag'])).toMatchObject([{ name: 'zt-tag' }])
    for (const name of ['one,two', '\ufdfa'.repeat(50)]) {
      const refused = setTags(one.viewer, [name])
      expect(await refusal(refused)).toMatchObject({ code: 'invalid_input' })
    }
  })

  test('has a colour that never changes, and others have others', async () => {
    // Clients keep them: these are written down.
    const colors = ['#BE450F', '#95C3F3', '#014451', '#BF54F0']
    expect(['sql', 'web3', 'étude', '🎻'].map(tagColor)).toEqual(colors)
    const many = Array.from({ length: 500 }, (_, i) => tagColor(`tag-${i}`))
    for (const color of many) expect(color).toMatch(/^#[0-9A-F]{6}$/)
    expect(new Set(many).size).toBeGreaterThan(495)
  })
})

describe('the tags of a person', () => {
  test('are kept in their order, which a change changes', async () => {
    const { viewer, token } = await newSignedIn(atrium)
    expect(keysOf(await setTags(viewer, ['b', 'a', 'B', 'c']))).toEqual(['b', 'a', 'c'])
    expect(keysOf(await setTags(viewer, ['c', 'new', 'b']))).toEqual(['c', 'new', 'b'])
    const shown = await atrium.request((core) => getOwnPortfolio(core, callerWith(token)))
    expect(keysOf(shown.portfolio.tags)).toEqual(['c', 'new', 'b'])
    expect(await setTags(viewer, [])).toEqual([])
    expect(await countsOf('c')).toEqual({ counted: 0, used: 0 })
  })

  test('are thirty at most, of which a second spelling is none', async () => {
    const { viewer } = await newSignedIn(atrium)
    const thirty = Array.from({ length: 30 }, (_, i) => `Tag ${i}`)
    expect(await setTags(viewer, [...thirty, 'tag_7', 'TAG-8'])).toHaveLength(30)
    const refused = await refusal(setTags(viewer, [...thirty, 'one more']))
    expect(refused).toMatchObject({ issues: [{ field: 'tags', rule: 'too_long' }] })
    expect(await countsOf('one more')).toBeUndefined()
  })

  test('stay as they are where one that is given can be none', async () => {
    const { viewer, token } = await newSignedIn(atrium)
    await setTags(viewer, ['kept'])
    for (const name of ['', ' ', '\u00a0', 'two\nlines', 'x'.repeat(51), 'a\u0000b']) {
      const refused = await refusal(setTags(viewer, ['fine', name]))
      expect(refused).toMatchObject({ issues: [{ field: 'tags', rule: 'format' }] })
    }
    const shown = await atrium.request((core) => getOwnPortfolio(core, callerWith(token)))
    expect(keysOf(shown.portfolio.tags)).toEqual(['kept'])
    expect(await countsOf('fine')).toBeUndefined()
  })
})

describe('how many use a tag', () => {
  test('is right after changes at the same time, by several and by one', async () => {
    const people = [await newSignedIn(atrium), await newSignedIn(atrium), await newSignedIn(atrium)]
    await Promise.all(people.map(({ viewer }) => setTags(viewer, ['together', 'Shared'])))
    expect(await countsOf('together')).toEqual({ counted: 3, used: 3 })
    const [one] = people
    if (!one) throw new Error('nobody')
    await Promise.all(
      [['shared', 'x'], ['x', 'y'], ['together'], ['y', 'shared', 'together']].map((tags) =>
        setTags(one.viewer, tags),
      ),
    )
    for (const name of ['together', 'shared', 'x', 'y']) {
      const counts = await countsOf(name)
      expect(counts?.counted, name).toBe(counts?.used)
    }
  })

  test('falls when an account is deleted', async () => {
    const [stays, goes] = [await newSignedIn(atrium), await newSignedIn(atrium)]
    for (const { viewer } of [stays, goes]) await setTags(viewer, ['leaving', 'falling'])
    await atrium.request((core) => deleteAccount(core, goes.account))
    expect(await countsOf('leaving')).toEqual({ counted: 1, used: 1 })
    expect(await setTags(stays.viewer, ['falling'])).toMatchObject([{ entryCount: 1 }])
  })
})
