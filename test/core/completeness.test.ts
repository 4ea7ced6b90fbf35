import { describe, expect, test } from 'vitest'
import { type AccountChanges, updateAccount } from '../../src/core/account-changes'
import { completenessWeights } from '../../src/core/completeness'
import type { Viewer } from '../../src/core/sessions'
import { newSignedIn, newUnconfirmed } from '../support/accounts'
import { change, clientAt, rowsOf, testCore } from '../support/core'

const atrium = testCore({ THROTTLE: 'off' })
const own = { targetId: null, currentPassword: null }
const { tags: tagsWeight, ...weights } = completenessWeights
const image = '7F1E2B34-0000-4000-8000-000000000001'

const samples: { readonly [part in keyof typeof weights]: string } = {
  designation: 'Computer',
  bio: 'I compute.',
  about: 'More about it.',
  countryName: 'England',
  state: 'Surrey',
  city: 'Ockham',
  streetAddress: '1 Ockham Park',
  contactPhone: '+441234567890',
  availability: 'busy',
  customLink: 'https://example.com',
  github: 'https://github.com/ada',
  twitter: 'https://x.com/ada',
  linkedin: 'https://www.linkedin.com/in/ada',
  profileImage: image,
  bgImage: image,
}

async function update(viewer: Viewer, changes: AccountChanges): Promise<number> {
  const { account } = await atrium.request((core) =>
    updateAccount(core, viewer, changes, own, clientAt(1)),
  )
  return account.profileCompleteness
}

/** What is stored, and what is there to be counted, counted here. */
async function stored(number: number) {
  const [row] = await rowsOf<{ profile: string; stored: number; tags: number }>(
    `SELECT profile, profile_completeness AS stored, (SELECT COUNT(*) FROM account_tags
       WHERE account_number = number) AS tags FROM accounts WHERE number = ?`,
    number,
  )
  const profile = JSON.parse(row?.profile ?? '{}')
  const filled = Object.entries(weights).filter(([part]) => (profile[part] ?? '') !== '')
  const sum = filled.reduce((all, [, weight]) => all + weight, row?.tags ? tagsWeight : 0)
  return { stored: row?.stored, counted: sum }
}

async function newPerson() {
  const { account, viewer } = await newSignedIn(atrium)
  await change(
    `INSERT OR REPLACE INTO uploads (name, type, account_number, object_key, bytes, is_image, started_at, stored_at)
     VALUES (?, 'png', ?, 'a key', 3, 1, 0, 0)`,
    image,
    account.number,
  )
  return { number: account.number, viewer }
}

describe('completeness', () => {
  test('grows with each part by its weight, to a hundred, and falls with each to nothing', async () => {
    const { viewer } = await newPerson()
    let expected = 0
    for (const [part, weight] of Object.entries(weights)) {
      expected += weight
      const profile = { [part]: samples[part as keyof typeof samples] }
      expect(await update(viewer, { profile }), part).toBe(expected)
    }
    expect(await update(viewer, { tags: ['one', 'two'] })).toBe(100)
    for (const [part, weight] of Object.entries(weights)) {
      expected -= weight
      expect(await update(viewer, { profile: { [part]: null } }), part).toBe(expected + tagsWeight)
    }
    expect(await update(viewer, { tags: [] })).toBe(0)
  })

  test('counts no part twice, none that it does not know, and none that is empty', async () => {
    const { viewer } = await newPerson()
    expect(await update(viewer, { profile: { bio: 'one' } })).toBe(10)
    expect(await update(viewer, { profile: { bio: 'another' } })).toBe(10)
    const others = { pronouns: 'she', persona: 'creator', customData: { about: 'x' } } as const
    expect(await update(viewer, { profile: others, firstName: 'Augusta' })).toBe(10)
    expect(await update(viewer, { profile: { about: '' } })).toBe(10)
    expect(await update(viewer, { profile: { bio: '' } })).toBe(0)
  })

  test('is right after changes of different parts at the same time', async () => {
    const { number, viewer } = await newPerson()
    const parts = Object.entries(samples).map(([part, value]) => ({ profile: { [part]: value } }))
    await Promise.all([...parts, { tags: ['a'] }].map((changes) => update(viewer, changes)))
    expect(await stored(number)).toEqual({ stored: 100, counted: 100 })
    const removals = [{ profile: { bio: null } }, { tags: [] }, { profile: { city: null } }]
    await Promise.all(removals.map((changes) => update(viewer, changes)))
    expect(await stored(number)).toEqual({ stored: 75, counted: 75 })
  })

  test('is right from the first, of whoever registers with a part of it', async () => {
    const profile = { bio: 'I compute.', city: 'Ockham', about: '' }
    const { number } = await newUnconfirmed(atrium, { profile })
    expect(await stored(number)).toEqual({ stored: 15, counted: 15 })
    const { number: other } = await newUnconfirmed(atrium)
    expect(await stored(other)).toEqual({ stored: 0, counted: 0 })
  })
})
