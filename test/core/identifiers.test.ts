import { describe, expect, test } from 'vitest'
import {
  emailIssue,
  emailKey,
  isEmail,
  isId,
  isLine,
  isProse,
  isUsername,
  nameIssue,
  usernameIssue,
  usernameKey,
} from '../../src/core/identifiers'

describe('an address', () => {
  test.each([
    'a@example.com',
    'Ada.Byron@Example.COM',
    'ada+tag@example.co.uk',
    "o'brien@example.com",
    '!#$%&*+/=?^_`{|}~-@example.com',
    'ada@xn--bcher-kva.example',
    'ada@sub.sub.example.museum',
    `${'a'.repeat(64)}@example.com`,
    `a@${'b'.repeat(63)}.example`,
  ])('is taken: %s', (email) => {
    expect(isEmail(email)).toBe(true)
    expect(emailIssue(email)).toBeNull()
  })

  test.each([
    ['nothing', ''],
    ['no @', 'ada.example.com'],
    ['no local part', '@example.com'],
    ['no domain', 'ada@'],
    ['a bare host', 'ada@localhost'],
    ['an address literal', 'ada@[192.0.2.1]'],
    ['a numeric top level', 'ada@192.0.2.1'],
    ['two dots in a row', 'ada..byron@example.com'],
    ['a leading dot', '.ada@example.com'],
    ['a trailing dot', 'ada@example.com.'],
    ['a label that begins with a hyphen', 'ada@-example.com'],
    ['a label that ends with one', 'ada@example-.com'],
    ['an underscore in the domain', 'ada@ex_ample.com'],
    ['a local part of 65 characters', `${'a'.repeat(65)}@example.com`],
    ['a label of 64 characters', `a@${'b'.repeat(64)}.example`],
    [
      '255 characters',
      `a@${'b'.repeat(62)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.example`,
    ],
    // GHSA-7rqj-j65f-68wh: a letter that only looks like the one it becomes.
    ['a full-width @', 'ada\uff20example.com'],
    ['a full-width @ beside a plain one', 'ada@evil.example\uff20example.com'],
    ['full-width letters', '\uff41da@example.com'],
    ['a Cyrillic letter', '\u0430da@example.com'],
    ['a Kelvin sign, which folds to k', '\u212aate@example.com'],
    ['letters beyond ASCII in the domain', 'ada@b\u00fccher.example'],
    // CVE-2022-35924: one field, several recipients.
    ['a list by comma', 'ada@example.com,eve@example.net'],
    ['a list by semicolon', 'ada@example.com;eve@example.net'],
    ['a list by space', 'ada@example.com eve@example.net'],
    // GHSA-5jpx-9hw9-2fx4: a quoted local part that holds an address.
    ['an address in quotes', '"eve@example.net"@example.com'],
    ['a quoted local part', '"ada"@example.com'],
    ['a display name', 'Ada <ada@example.com>'],
    ['a comment', 'ada(comment)@example.com'],
    ['a line break', 'ada@example.com\r\nBcc: eve@example.net'],
    ['a trailing line break', 'ada@example.com\n'],
    ['a space before', ' ada@example.com'],
    ['a NUL', 'ada\0@example.com'],
    ['a text that reads backwards', 'ada\u202e@example.com'],
    ['an invisible space', 'ada\u200b@example.com'],
    ['a backslash', 'ada\\@example.com'],
  ])('is refused with %s', (_, email) => {
    expect(isEmail(email)).toBe(false)
    expect(emailIssue(email)).toEqual({ field: 'email', rule: 'format', value: email })
  })

  test('of 50,000 characters is refused without a quadratic search (CVE-2023-4316)', () => {
    const startedAt = Date.now()
    for (const long of [
      `${'a.'.repeat(25_000)}@b.c`,
      `a@${'b.'.repeat(25_000)}`,
      '@'.repeat(50_000),
    ]) {
      expect(isEmail(long)).toBe(false)
    }
    expect(Date.now() - startedAt).toBeLessThan(200)
  })

  test('is the same in any case, and another with a tag', () => {
    expect(emailKey('Ada@Example.COM')).toBe(emailKey('ada@example.com'))
    expect(emailKey('ada+x@example.com')).not.toBe(emailKey('ada@example.com'))
  })
})

describe('a username', () => {
  test.each(['abc', 'A_b.c-1', 'x'.repeat(100), '000', 'meme', 'users2'])(
    'is taken: %s',
    (name) => {
      expect(usernameIssue(name)).toBeNull()
    },
  )

  test.each([
    'ab',
    'x'.repeat(101),
    '',
    'a b c',
    'ada@example.com',
    'ada\n',
    '\u0430\u0434\u0430',
    '\uff41\uff44\uff41',
    'ada\u202e',
    'ada\0',
    'ada/x',
    'ada%20',
  ])('is refused for its characters or length: %j', (name) => {
    expect(isUsername(name)).toBe(false)
    expect(usernameIssue(name)).toEqual({ field: 'username', rule: 'format', value: name })
  })

  test.each([
    'user',
    'users',
    'api',
    'logged',
    'login',
    'LOGIN',
    'code',
    'private',
    'do-2fa',
    'verify-email',
    'uploads',
    'oauth',
    'healthz',
    '.well-known',
    'change',
    'create-account',
    'email',
    'resend',
    'social',
    'site',
    'talent',
    'directory',
    'chat',
  ])('is refused where a route stands: %s', (name) => {
    expect(usernameIssue(name)).toEqual({ field: 'username', rule: 'reserved', value: name })
  })

  test('never looks like an id, in any case', () => {
    for (const name of ['0123456789abcdef01234567', '0123456789ABCDEF01234567']) {
      expect(usernameIssue(name)?.rule).toBe('reserved')
    }
    expect(usernameIssue('0123456789abcdef0123456g')).toBeNull()
    expect(isId('0123456789abcdef01234567')).toBe(true)
    expect(isId('0123456789ABCDEF01234567')).toBe(false)
    expect(isId('0123456789abcdef0123456')).toBe(false)
  })

  test('is the same in any case', () => {
    expect(usernameKey('Ada_Byron')).toBe('ada_byron')
  })
})

describe('a shown name', () => {
  test.each(['Ada', 'Łukasz', '山田太郎', 'محمد', "O'Brien-Smith", 'Zoë 😀', ''])(
    'may be in any script: %s',
    (name) => {
      expect(nameIssue('firstName', name)).toBeNull()
    },
  )

  test.each(['a\nb', 'a\0b', 'a\u0085b', 'a\u202eb', 'a\u2066b', 'a\u2028b', 'a\ud800b'])(
    'never holds a control character, a turned direction or half a character: %j',
    (name) => {
      expect(nameIssue('lastName', name)).toEqual({
        field: 'lastName',
        rule: 'format',
        value: name,
      })
    },
  )

  test('is counted in characters, up to 150', () => {
    expect(nameIssue('firstName', '😀'.repeat(150))).toBeNull()
    expect(nameIssue('firstName', '😀'.repeat(151))?.rule).toBe('too_long')
  })

  test('and prose may have lines, but none of the rest', () => {
    expect(isProse('one\r\ntwo\tthree')).toBe(true)
    expect(isLine('one\ntwo')).toBe(false)
    for (const bad of ['a\0b', 'a\u001bb', 'a\u202eb', 'a\udc00b']) expect(isProse(bad)).toBe(false)
  })
})
