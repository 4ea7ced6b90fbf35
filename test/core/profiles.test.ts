import { describe, expect, test } from 'vitest'
import { asSelf, asStranger, getPerson, profileIssues, seenBy } from '../../src/core/profiles'
import { newAccount, newSignedIn, newTwoFactorAccount } from '../support/accounts'
import { callerWith, change, refusal, testCore } from '../support/core'

const atrium = testCore()
const profile = {
  bio: 'I compute.',
  country: 'GB',
  phone: '0301234567',
  phoneCountryCode: '+44',
  customData: { secret: 'a private note' },
}
const ask = (token: string, id: string) =>
  atrium.request((core) => getPerson(core, callerWith(token), id))

describe('who sees what', () => {
  test('the person sees all of themselves', async () => {
    const { account, token } = await newSignedIn(atrium, { profile })
    expect(await ask(token, account.id)).toMatchObject({
      id: account.id,
      profile: { bio: 'I compute.', country: 'GB' },
      own: {
        email: account.email,
        phone: '0301234567',
        phoneCountryCode: '+44',
        customData: { secret: 'a private note' },
        secondFactor: null,
        disabledAt: null,
      },
    })
  })

  test('anybody else sees nothing that is private, an administrator no more', async () => {
    const target = await newAccount(atrium, { profile })
    const [viewer, admin] = [await newTwoFactorAccount(atrium), await newSignedIn(atrium)]
    await change("UPDATE accounts SET role = 'admin' WHERE number = ?", admin.account.number)
    for (const { token } of [viewer, admin]) {
      const person = await ask(token, target.id)
      expect(person).toMatchObject({ id: target.id, own: null, profile: { bio: 'I compute.' } })
      expect(Object.keys(person.profile).sort()).toEqual(['bio', 'country'])
      const shown = JSON.stringify(person)
      for (const secret of [target.email, '0301234567', 'a private note', '$pb2$', 'epoch']) {
        expect(shown).not.toContain(secret)
      }
    }
  })

  test('a view holds only what the type names, whatever the row grows', async () => {
    const { viewer } = await newSignedIn(atrium, { profile })
    const planted = { ...viewer.account, passwordHash: 'x', accountKeyHash: 'y' }
    const views = await atrium.request((core) =>
      Promise.all([asSelf(core, planted), asStranger(core, planted)]),
    )
    expect(JSON.stringify(views)).not.toMatch(/hash/i)
    const other = { ...viewer.account, number: viewer.account.number + 1 }
    const [own, foreign] = await atrium.request((core) =>
      Promise.all([seenBy(core, viewer, viewer.account), seenBy(core, viewer, other)]),
    )
    expect(own.own).not.toBeNull()
    expect(foreign.own).toBeNull()
  })

  test('unknown, disabled and impossible ids are all not found', async () => {
    const { token } = await newSignedIn(atrium)
    const disabled = await newAccount(atrium)
    await change('UPDATE accounts SET disabled_at = 1 WHERE number = ?', disabled.number)
    for (const id of [
      '0'.repeat(24),
      disabled.id,
      '',
      disabled.username,
      disabled.id.toUpperCase(),
    ]) {
      expect(await refusal(ask(token, id))).toEqual({ code: 'account_not_found' })
    }
  })

  test('nobody is shown to a caller without a session', async () => {
    const target = await newAccount(atrium)
    expect(await refusal(ask('no token', target.id))).toEqual({ code: 'not_authenticated' })
  })
})

describe('a profile', () => {
  const rules = (given: Parameters<typeof profileIssues>[0]) =>
    profileIssues(given).map(({ field, rule }) => `${field} ${rule}`)

  test('may be empty, full, in any script, and taken away part by part', () => {
    const full = {
      ...profile,
      middleName: '山田',
      gender: 'prefer not to say',
      designation: 'Analyst',
      pronouns: 'she/her',
      customLink: 'https://example.com/ä?x=1#y',
      organization: 'Engine & Co.',
      preferredLanguage: 'en',
    }
    expect(rules(full)).toEqual([])
    expect(rules({})).toEqual([])
    expect(rules({ bio: null, customData: null, country: null })).toEqual([])
    expect(rules({ bio: 'lines\nof\ntext' })).toEqual([])
  })

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'example.com',
    'ftp://x',
    '//x.example',
    'https:x.example',
    'https://somebody@x.example',
    'https://x.example\\@other.example',
    '',
  ])('links to the web and to nothing else: %j', (customLink) => {
    expect(rules({ customLink })).toEqual(['customLink format'])
  })

  test('has each field in its form', () => {
    expect(rules({ country: 'de' })).toEqual(['country format'])
    expect(rules({ preferredLanguage: 'EN' })).toEqual(['preferredLanguage format'])
    expect(rules({ phone: '12' })).toEqual(['phone format'])
    expect(rules({ phone: '+49 30 1' })).toEqual(['phone format'])
    expect(rules({ phoneCountryCode: '49a' })).toEqual(['phoneCountryCode format'])
    expect(rules({ gender: 'a\nb', bio: 'a\0b', middleName: 'a\u202eb' })).toEqual([
      'gender format',
      'bio format',
      'middleName format',
    ])
  })

  test('is bounded in every part, counted in characters', () => {
    expect(rules({ bio: '😀'.repeat(2000) })).toEqual([])
    expect(rules({ bio: '😀'.repeat(2001) })).toEqual(['bio too_long'])
    expect(rules({ customLink: `https://example.com/${'x'.repeat(256)}` })).toEqual([
      'customLink too_long',
    ])
    expect(rules({ customData: { x: 'x'.repeat(4000) } })).toEqual([])
    expect(rules({ customData: { x: 'x'.repeat(4096) } })).toEqual(['customData too_long'])
  })
})
