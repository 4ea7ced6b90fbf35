import { describe, expect, test } from 'vitest'
import { newJar, testApp } from '../../support/app'
import {
  fieldError,
  forgetEverybody,
  invalid,
  sample,
  signInJohn,
} from '../../support/social-answers'

/** What each field of a registration may be: every refusal whole, with the value unless it is secret. */

/** A fresh address a try would be lost in the noise: what is tested here is never the throttle. */
async function create(given: object) {
  const app = testApp({ THROTTLE: 'off' })
  await forgetEverybody(app)
  const created = await app.call('/user/create', { body: { ...sample.create, ...given } })
  return { app, answer: [created.status, created.json], user: created.json?.data?.user }
}

const refused = (...errors: unknown[]) => [400, invalid(...errors)]

describe('a username', () => {
  test.each(['john_doe', 'JOHN_DOE_2', '________', '12345678', 'x'.repeat(30)])(
    'may be %s',
    async (username) => {
      const { user } = await create({ username })
      expect(user.username).toBe(username)
    },
  )

  test.each([
    ['too short', 'john_do'],
    ['too long', 'x'.repeat(31)],
    ['with a hyphen', 'john-doe'],
    ['with a dot', 'john.doe'],
    ['with a space', 'john doe'],
    ['with a space before it', ' john_doe'],
    ['with a line break after it', 'john_doe\n'],
    ['with an umlaut', 'jöhn_doe'],
    ['with a Cyrillic letter', 'јohn_doe'],
    ['with a full-width letter', 'ｊohn_doe'],
    ['with a dotless i', 'ıohn_doe'],
    ['with a zero-width space', 'john\u200b_doe'],
    ['with a NUL byte', 'john_doe\u0000'],
    ['with an emoji', 'john_doe😀'],
    ['with half an emoji', 'john_doe\ud83d'],
    ['with a slash', '../john_doe'],
    ['like an address', 'user@example.com'],
    ['empty', ''],
    ['a number', 12345678],
    ['a boolean', true],
    ['null', null],
    ['a list', ['john_doe']],
    ['an object', { $ne: null }],
  ])('%s is refused', async (_, username) => {
    expect((await create({ username })).answer).toEqual(refused(fieldError('username', username)))
  })

  test.each([
    'followers',
    'FOLLOWING',
    'bookmark',
    'register',
    'activate',
    '507f1f77bcf86cd799439011',
    '507F1F77BCF86CD799439011',
  ])('that is a word of the paths or looks like an id is refused: %s', async (username) => {
    const error = fieldError('username', username, { msg: 'This name is reserved' })
    expect((await create({ username })).answer).toEqual(refused(error))
  })
})

describe.each(['firstName', 'lastName'])('%s', (field) => {
  test.each([
    'John',
    'Ἀριστοτέλης',
    '李',
    'محمد',
    'ศรีสุดา',
    'Анна-Мария',
    "O'Brien",
    'Jean Luc',
    'Zoë',
    '👩‍🚀',
    'x'.repeat(100),
  ])('may be %s, in any script', async (name) => {
    expect((await create({ [field]: name })).user[field]).toBe(name)
  })

  test('loses the space around it', async () => {
    expect((await create({ [field]: '  John \n' })).user[field]).toBe('John')
  })

  test.each([
    ['empty', ''],
    ['of spaces alone', '   '],
    ['too long', 'x'.repeat(101)],
    ['with a NUL byte', 'Jo\u0000hn'],
    ['with an escape character', 'Jo\u001b[31mhn'],
    ['with a line break', 'Jo\nhn'],
    ['read backwards', '\u202enhoJ'],
    ['with half an emoji', 'John\ud83d'],
    ['a number', 5],
    ['null', null],
    ['a list', ['John']],
  ])('%s is refused', async (_, name) => {
    expect((await create({ [field]: name })).answer).toEqual(refused(fieldError(field, name)))
  })
})

/** Addresses that mail systems disagree about (advisories V17), and plain mistakes. */
const oddAddresses = [
  ['nothing', ''],
  ['no at sign', 'user.example.com'],
  ['no domain', 'user@'],
  ['no local part', '@example.com'],
  ['two at signs', 'user@@example.com'],
  ['an at sign in the local part', 'user@evil.com@example.com'],
  ['a domain of one label', 'user@localhost'],
  ['an empty label', 'user@example..com'],
  ['a dot at the end', 'user@example.com.'],
  ['a label that begins with a hyphen', 'user@-example.com'],
  ['a number for a top-level domain', 'user@127.0.0.1'],
  ['an address literal', 'user@[127.0.0.1]'],
  ['a dot first', '.user@example.com'],
  ['a dot last', 'user.@example.com'],
  ['two dots', 'us..er@example.com'],
  ['a full-width at sign', 'user＠example.com'],
  ['a small at sign', 'user﹫example.com'],
  ['a list', 'user@example.com,evil@example.org'],
  ['a list with semicolons', 'user@example.com;evil@example.org'],
  ['a list with a space', 'user@example.com evil@example.org'],
  ['a quoted local part that holds an address', '"e@attacker.com"@victim.com'],
  ['a quoted local part', '"user"@example.com'],
  ['a comment', 'user(comment)@example.com'],
  ['a comment in the domain', 'user@example.com(comment)'],
  ['a name before it', 'User <user@example.com>'],
  ['angle brackets', '<user@example.com>'],
  ['a header after it', 'user@example.com\r\nBcc: evil@example.org'],
  ['a line break after it', 'user@example.com\n'],
  ['a space before it', ' user@example.com'],
  ['a space after it', 'user@example.com '],
  ['a space in it', 'us er@example.com'],
  ['a NUL byte', 'user@example.com\u0000'],
  ['a Cyrillic letter in the domain', 'user@exаmple.com'],
  ['a long s', 'uſer@example.com'],
  ['a Kelvin sign', 'user@\u212Aexample.com'],
  ['a full-width domain', 'user@ｅxample.com'],
  ['a soft hyphen', 'user@exam\u00adple.com'],
  ['a zero-width space', 'us\u200ber@example.com'],
  ['an encoded word', '=?utf-8?q?user=40evil.com?=@example.com@x'],
  ['a route', '@evil.com:user@example.com'],
  ['a percent in the domain', 'user@example.com%00.evil.com'],
  ['a backslash', 'user\\@example.com'],
  ['half an emoji', 'us\ud83der@example.com'],
  ['a local part that is too long', `${'x'.repeat(65)}@example.com`],
  ['a label that is too long', `user@${'x'.repeat(64)}.com`],
  ['254 characters and one more', `x@${'abcdefghi.'.repeat(25)}com`],
] as const

describe('an address', () => {
  test.each([
    'user+tag@example.com',
    'User.Name@Example.COM',
    "o'brien@example.co.uk",
    'a@b.cd',
    `${'x'.repeat(64)}@example.com`,
    'user@xn--bcher-kva.example',
    '=?user{}~@example.com',
  ])('may be %s, and one mail goes to it as it was given', async (email) => {
    const { app, user } = await create({ email })
    expect(user.email).toBe(email)
    expect(app.mails.map((mail) => mail.to)).toEqual([email])
  })

  test.each(oddAddresses)('with %s is refused, and nobody is mailed', async (_, email) => {
    const { app, answer } = await create({ email })
    expect(answer).toEqual(refused(fieldError('email', email)))
    expect(app.mails).toEqual([])
  })

  test.each([5, null, true, [['user@example.com']], {}])('%j is refused', async (email) => {
    expect((await create({ email })).answer).toEqual(refused(fieldError('email', email)))
  })
})

test.each(oddAddresses)(
  'an address with %s is refused wherever a mail is asked for',
  async (_, email) => {
    const app = testApp({ THROTTLE: 'off' })
    await forgetEverybody(app)
    const { cookies } = await signInJohn(app)
    app.mails.length = 0
    const code = await app.call(`/user/code?email=${encodeURIComponent(email.toWellFormed())}`)
    const shown = fieldError('email', email.toWellFormed(), { location: 'query' })
    expect([code.status, code.json]).toEqual(refused(shown))
    const posted = await app.call('/user/code', { body: { email } })
    expect([posted.status, posted.json]).toEqual(refused(fieldError('email', email)))
    const changed = await app.call('/user/me', { method: 'PATCH', body: { email }, cookies })
    expect([changed.status, changed.json]).toEqual(refused(fieldError('email', email)))
    expect(app.mails).toEqual([])
  },
)

describe('a password', () => {
  test.each([
    ['of 8 characters', 'k7#pQz!w'],
    ['of 200 characters', 'aB3$'.repeat(50)],
    ['of 8 emoji', '🦀🦁🦂🦃🦄🦅🦆🦇'],
    ['of 200 emoji', '🦀🦁🦂🦃'.repeat(50)],
    ['of words', 'correct horse battery'],
    ['of spaces', ' '.repeat(8)],
    ['in another script', 'пароль на память'],
    ['with a tab and a line break', 'one\ttwo\nthree'],
  ])('%s signs in', async (_, password) => {
    const { app } = await create({ password })
    const open = testApp({ REQUIRE_EMAIL_VERIFICATION: 'false' })
    const body = { ...sample.login, password }
    const login = await open.call('/user/login', { body, cookies: newJar() })
    expect(login.status).toBe(200)
    const shorter = { ...body, password: Array.from(password).slice(0, -1).join('') }
    expect((await open.call('/user/login', { body: shorter })).status).not.toBe(200)
    expect(app.mails).toHaveLength(1)
  })

  test.each([
    ['of 7 characters', 'k7#pQz!'],
    ['of 7 emoji, which are 14 UTF-16 units', '🦀🦁🦂🦃🦄🦅🦆'],
    ['of 7 letters, each typed as two characters', 'äöüéñôì'.normalize('NFD')],
    ['of 201 characters', 'x'.repeat(201)],
    ['of 201 emoji', '🦀'.repeat(201)],
    ['with a NUL byte', 'k7#pQz!w\u0000'],
    ['with half an emoji', 'k7#pQz!w\ud83d'],
    ['empty', ''],
    ['a number', 1234567890],
    ['null', null],
    ['a list', ['$uper&ecurePassw0rd']],
    ['an object', { length: 12 }],
  ])('%s is refused, and not repeated', async (_, password) => {
    expect((await create({ password })).answer).toEqual(refused(fieldError('password')))
  })

  test.each(['password123', 'PASSWORD123', 'qwertyuiop'])('%s is too common', async (password) => {
    const error = fieldError('password', undefined, { msg: 'This password is too common' })
    expect((await create({ password })).answer).toEqual(refused(error))
  })

  test.each([
    ['the username', { username: 'Rumpelstiltskin', password: 'rumpelstiltskin' }],
    ['the address', { password: 'User@Example.com' }],
    [
      'the address before its at sign',
      { email: 'rumpelstilt@example.com', password: 'RumpelStilt' },
    ],
    ['the first name', { firstName: 'Bartholomew', password: 'bartholomew' }],
    ['the last name', { lastName: 'Featherstone', password: 'featherstone' }],
    ['both names', { firstName: 'Jonathan', lastName: 'Doe', password: 'jonathan doe' }],
    ['both names in one', { firstName: 'Jonathan', lastName: 'Doe', password: 'JonathanDoe' }],
  ])('that is %s is too easy to guess', async (_, given) => {
    const error = fieldError('password', undefined, { msg: 'This password is too easy to guess' })
    expect((await create(given)).answer).toEqual(refused(error))
  })
})

describe('a phone number', () => {
  test.each([
    ['too short', '123'],
    ['too long', '1234567890123456'],
    ['with its country code', '+491234567'],
    ['with spaces', '0123 4567'],
    ['in other digits', '٠١٢٣٤٥٦'],
    ['a number', 1234567],
  ])('%s is refused', async (_, phone) => {
    expect((await create({ phone })).answer).toEqual(refused(fieldError('phone', phone)))
  })

  test.each(['', null])('that is left empty, as %j, is none', async (phone) => {
    expect((await create({ phone })).answer[0]).toBe(201)
  })

  test.each(['+', '', '12345', '++49', 'DE', 49, null])(
    'has no country code %j',
    async (phoneCountryCode) => {
      const error = fieldError('phoneCountryCode', phoneCountryCode)
      expect((await create({ phoneCountryCode })).answer).toEqual(refused(error))
    },
  )

  test('needs a country code, which may stand alone', async () => {
    const phoneCountryCode = undefined
    expect((await create({ phoneCountryCode })).answer).toEqual(
      refused(fieldError('phoneCountryCode')),
    )
    const { user } = await create({ phone: undefined })
    expect([user.phone, user.phoneCountryCode]).toEqual([null, '+00'])
  })
})

test('every failing field is listed at once, in the order of the document', async () => {
  const given = {
    username: 'x',
    firstName: '',
    lastName: undefined,
    email: 'x',
    password: 'x',
    phoneCountryCode: 'x',
    phone: 'x',
  }
  expect((await create(given)).answer).toEqual(
    refused(
      fieldError('username', 'x'),
      fieldError('firstName', ''),
      fieldError('lastName'),
      fieldError('email', 'x'),
      fieldError('password'),
      fieldError('phoneCountryCode', 'x'),
      fieldError('phone', 'x'),
    ),
  )
})

test('what only the core refuses is listed at once as well', async () => {
  const given = { username: 'followers', firstName: 'a\u0000b', password: 'password123' }
  expect((await create(given)).answer).toEqual(
    refused(
      fieldError('username', 'followers', { msg: 'This name is reserved' }),
      fieldError('password', undefined, { msg: 'This password is too common' }),
      fieldError('firstName', 'a\u0000b'),
    ),
  )
})
