import { env } from 'cloudflare:workers'
import { hashPassword as betterAuthHash } from 'better-auth/crypto'
import { describe, expect, test } from 'vitest'
import type { Row } from '../../scripts/move-in/rows'
import { testApp } from '../support/app'
import { must } from '../support/driver'
import { drivers } from '../support/drivers'
import { bcryptOf, liquidRow, type Someone, someone, takeIn, wekanRow } from '../support/move-in'
import { isAlive, newPlace, nextPassword } from './people'

/** People of other systems come with the password they have, and from then on are like everybody else. */

interface Kept {
  readonly id: string
  readonly number: number
  readonly username: string
  readonly email: string | null
  readonly email_verified_at: number | null
  readonly password_hash: string | null
  readonly account_key_hash: string | null
  readonly role: string
  readonly second_factor: string | null
  readonly disabled_at: number | null
  readonly first_name: string
  readonly last_name: string
  readonly is_private: number
  readonly profile: string
  readonly created_at: number
}

async function keptUnder(username: string): Promise<Kept | null> {
  const select = 'SELECT * FROM accounts WHERE username_key = ?'
  return env.DB.prepare(select).bind(username.toLowerCase()).first<Kept>()
}

async function kept(username: string): Promise<Kept> {
  return must(await keptUnder(username), 'account')
}

const takenAlone = [{ outcome: 'taken', reasons: [] }]
const skippedFor = (...reasons: string[]) => [{ outcome: 'skipped', newId: null, reasons }]

describe.each(drivers)('through $name', (driver) => {
  const app = testApp()

  const dumps: [string, 'wekan' | 'liquid', (who: Someone) => Promise<Row>][] = [
    ['Wekan', 'wekan', wekanRow],
    ['Liquid', 'liquid', async (who) => liquidRow(who)],
  ]

  test.each(dumps)('somebody of %s signs in with the old password', async (_, source, rowOf) => {
    const who = someone()
    expect(await takeIn(source, [await rowOf(who)])).toMatchObject(takenAlone)
    const before = await kept(who.username)
    expect(before.password_hash).not.toContain('$pb2$')

    const wrong = await driver.signIn(app, { ...who, password: 'old pässworD' }, newPlace())
    expect(wrong.outcome).toBe('refused')
    const digest = await driver.signIn(
      app,
      { ...who, password: before.password_hash ?? '' },
      newPlace(),
    )
    expect(digest.outcome).toBe('refused')

    const right = await driver.signIn(app, who, newPlace())
    if (right.outcome !== 'signed_in') throw new Error(right.answer.text)
    expect(await isAlive(driver, app, right.session)).toBe(true)
    // It is ours from now on, and is still the same.
    expect((await kept(who.username)).password_hash).toMatch(/^\$pb2\$/)
    expect((await driver.signIn(app, who, newPlace())).outcome).toBe('signed_in')
    const stillWrong = await driver.signIn(app, { ...who, password: 'old pässworD' }, newPlace())
    expect(stillWrong.outcome).toBe('refused')
  })

  test.skipIf(!driver.changePassword)('and changes it', async () => {
    const who = someone()
    await takeIn('wekan', [await wekanRow(who)])
    const signedIn = await driver.signIn(app, who, newPlace())
    if (signedIn.outcome !== 'signed_in') throw new Error(signedIn.answer.text)
    const change = must(driver.changePassword, 'change of passwords')
    const changed = await change(app, signedIn.session, who.password, nextPassword)
    expect(changed.isDone, changed.answer.text).toBe(true)
    const next = await driver.signIn(app, { ...who, password: nextPassword }, newPlace())
    expect(next.outcome).toBe('signed_in')
  })
})

describe('what is taken', () => {
  test('of Wekan: name, confirmed address, time, and the id that it had', async () => {
    const who = someone()
    const [outcome] = await takeIn('wekan', [await wekanRow(who, { isAdmin: true })])
    const account = await kept(who.username)
    expect(outcome).toMatchObject({ oldId: who.id, newId: account.id, username: who.username })
    expect(outcome?.notes).toEqual(['was an administrator'])
    expect(account).toMatchObject({
      email: who.email,
      first_name: 'Ada',
      last_name: 'of Wekan',
      role: 'user',
      created_at: Date.parse('2021-05-01T12:00:00.000Z'),
      disabled_at: null,
    })
    expect(account.email_verified_at).not.toBeNull()
    // Ids sort by when the account was made, wherever that was.
    expect(account.id.slice(0, 8)).toBe('608d42c0')
  })

  test('has what every account has, and is found by search', async () => {
    const who = someone()
    await takeIn('wekan', [await wekanRow(who)])
    const { number } = await kept(who.username)
    const count = (sql: string) => env.DB.prepare(sql).bind(number).first<number>('count')
    const of = (table: string) => `SELECT count(*) AS count FROM ${table} WHERE account_number = ?`
    expect(await count(of('shown_achievements'))).toBe(4)
    expect(await count(of('achievements'))).toBe(0)
    expect(await count('SELECT count(referral_code) AS count FROM accounts WHERE number = ?')).toBe(
      1,
    )
    const found = `SELECT count(*) AS count FROM account_search
      WHERE rowid = ? AND account_search MATCH '"${who.username}"'`
    await env.DB.exec('DELETE FROM account_search_pending')
    expect(await count(found)).toBe(1)
  })

  test('of Liquid: the profile, but for what breaks a rule', async () => {
    const who = someone()
    const more = {
      bio: 'Nanoseconds',
      customLink: 'javascript:alert(1)',
      pronouns: 'she',
      isPrivate: true,
      customData: '{"shoe":42}',
      emailVerified: false,
    }
    const [outcome] = await takeIn('liquid', [liquidRow(who, more)])
    expect(outcome?.notes).toEqual(['address not confirmed', 'left out: customLink'])
    const account = await kept(who.username)
    expect(JSON.parse(account.profile)).toEqual({
      bio: 'Nanoseconds',
      pronouns: 'she',
      customData: { shoe: 42 },
    })
    expect(account).toMatchObject({ is_private: 1, email_verified_at: null })
  })

  test('administrators as such, only when that is said', async () => {
    const [wekan, liquid] = [someone(), someone()]
    await takeIn('wekan', [await wekanRow(wekan, { isAdmin: true })], { withAdmins: true })
    await takeIn('liquid', [liquidRow(liquid, { role: 'super_admin' })], { withAdmins: true })
    expect(await kept(wekan.username)).toMatchObject({ role: 'admin' })
    expect(await kept(liquid.username)).toMatchObject({ role: 'admin' })
  })

  test('somebody who was disabled stays so', async () => {
    const who = someone()
    await takeIn('wekan', [await wekanRow(who, { loginDisabled: true })])
    expect((await kept(who.username)).disabled_at).not.toBeNull()
    const [driver] = drivers
    const outcome = await must(driver, 'driver').signIn(testApp(), who, newPlace())
    expect(outcome.outcome).toBe('refused')
  })

  test('a second factor is asked for by mail, and without an address nobody is let in on less', async () => {
    const [who, unproven] = [someone(), someone()]
    const secured = { services: { password: { bcrypt: bcryptOf('x') } } }
    const withApp = (row: Row) => ({
      ...row,
      services: {
        ...(row.services as Row),
        twoFactorAuthentication: { secret: 'JB', type: 'otp' },
      },
    })
    const [taken, refused] = await takeIn('wekan', [
      withApp(await wekanRow(who)),
      withApp(await wekanRow(unproven, { ...secured, emails: [] })),
    ])
    expect(taken?.notes).toEqual(['second factor is by mail now'])
    expect(refused?.reasons).toEqual(['second_factor_without_address'])
    const app = testApp()
    for (const driver of drivers) {
      const outcome = await driver.signIn(app, who, newPlace())
      expect(outcome.outcome, driver.name).not.toBe('signed_in')
    }
    expect(app.mails.some(({ to }) => to === who.email)).toBe(true)
  })

  test('of a chat server: the account key as well, by which a password is reset', async () => {
    const who = someone()
    const key = 'a key that is quite long, as keys are'
    const row = {
      id: 7,
      name: 'Ada  Byron King',
      username: who.username,
      about: 'Numbers',
      password_hash: bcryptOf(who.password),
      account_key_hash: bcryptOf(key),
      created_at: '2025-03-28T02:57:16Z',
    }
    expect(await takeIn('chatserver', [row])).toMatchObject(takenAlone)
    const account = await kept(who.username)
    expect(account).toMatchObject({ first_name: 'Ada', last_name: 'Byron King', email: null })
    const body = { userId: account.number, accountKey: key, newPassword: nextPassword }
    const app = testApp()
    const wrong = { ...body, accountKey: `${key}!` }
    const refused = await app.call('/chat/users/resetPassword', { method: 'PUT', body: wrong })
    expect(refused.status).toBe(403)
    const reset = await app.call('/chat/users/resetPassword', { method: 'PUT', body })
    expect(reset.status, reset.text).toBe(200)
    expect((await kept(who.username)).password_hash).toMatch(/^\$pb2\$/)
  })

  test('of better-auth and Supabase, who know no usernames: a made-up one', async () => {
    const [one, other] = [someone(), someone()]
    const created = '2025-01-01T00:00:00.000Z'
    const [better] = await takeIn('better-auth', [
      {
        id: one.id,
        name: 'Zoë Müller',
        email: one.email.toLowerCase(),
        emailVerified: 1,
        password: await betterAuthHash(one.password),
        createdAt: created,
      },
    ])
    const [supabase] = await takeIn('supabase', [
      {
        id: other.id,
        email: other.email,
        encrypted_password: bcryptOf(other.password),
        email_confirmed_at: created,
        raw_user_meta_data: JSON.stringify({ full_name: 'Li 漢' }),
        banned_until: '2020-01-01T00:00:00Z',
        created_at: '2025-01-01 00:00:00+00',
      },
    ])
    expect(better?.username).toMatch(/^zoe-muller-\w{4}$/)
    expect(supabase?.username).toMatch(/^li-\w{4}$/)
    const talent = must(
      drivers.find(({ name }) => name === 'talent'),
      'talent',
    )
    for (const who of [one, other]) {
      expect((await talent.signIn(testApp(), who, newPlace())).outcome).toBe('signed_in')
    }
  })

  test('of CSV: the columns of OPERATIONS.md, whatever the hash is', async () => {
    const who = someone()
    const row = {
      username: who.username,
      email: who.email,
      email_verified: 'true',
      name: 'Ada Byron',
      password_hash: 'pbkdf2_sha256$1000$seasalt$mwEVbnVyqOcI33EqIxk76AgvGNNzUXCEOOKDhc8WpsI=',
      created_at: '2020-02-03',
    }
    expect(await takeIn('csv', [row])).toMatchObject(takenAlone)
    expect((await kept(who.username)).password_hash).toBe(
      '$pbkdf2-sha256$1000$c2Vhc2FsdA$mwEVbnVyqOcI33EqIxk76AgvGNNzUXCEOOKDhc8WpsI',
    )
  })
})

describe('what is skipped, and why', () => {
  const wekan = async (more: Row) => takeIn('wekan', [await wekanRow(someone(), more)])

  test.each<[string, Row, string]>([
    ['no id', { _id: null }, 'id_missing'],
    ['a reserved username', { username: 'Login' }, 'username_reserved'],
    ['a username like an id', { username: '0123456789abcdef01234567' }, 'username_reserved'],
    ['a username with a space', { username: 'ada byron' }, 'username_format'],
    ['a username with a NUL', { username: 'ada\0byron' }, 'username_format'],
    ['an address that is none', { emails: [{ address: 'ada@', verified: true }] }, 'email_format'],
    ['neither username nor address', { username: null, emails: [] }, 'username_missing'],
    ['no password', { services: {} }, 'password_missing'],
    [
      'argon2',
      { services: { password: { argon2: '$argon2id$v=19$m=1$a$b' } } },
      'password_unknown',
    ],
    [
      'bcrypt that costs too much',
      { services: { password: { bcrypt: bcryptOf('x').replace('$05', '$13') } } },
      'password_too_costly',
    ],
  ])('%s', async (_, more, reason) => {
    expect(await wekan(more)).toMatchObject(skippedFor(reason))
  })

  test('scrypt and PBKDF2 that cost too much', async () => {
    const key = 'A'.repeat(43)
    for (const password_hash of [
      `$scrypt$ln=17,r=8,p=1$c2FsdA$${key}`,
      `pbkdf2_sha256$600000$salt$${key}=`,
    ]) {
      const { id, username } = someone()
      const outcomes = await takeIn('csv', [{ id, username, password_hash }])
      expect(outcomes).toMatchObject(skippedFor('password_too_costly'))
    }
  })

  test('the deleted, the anonymous, and lines that cannot be read', async () => {
    const { id, email } = someone()
    expect(await takeIn('liquid', [liquidRow(someone(), { isDeleted: true })])).toMatchObject(
      skippedFor('deleted'),
    )
    expect(await takeIn('supabase', [{ id, email, is_anonymous: 't' }])).toMatchObject(
      skippedFor('anonymous'),
    )
    expect(await takeIn('wekan', [null])).toMatchObject(skippedFor('unreadable'))
  })

  test('a name or address that somebody has, in any case, here or earlier in the file', async () => {
    const [first, second, third] = [someone(), someone(), someone()]
    const outcomes = await takeIn('wekan', [
      await wekanRow(first),
      await wekanRow({ ...second, username: first.username.toUpperCase() }),
      await wekanRow({ ...third, email: first.email.toUpperCase() }),
    ])
    expect(outcomes.map(({ reasons }) => reasons)).toEqual([
      [],
      ['username_taken'],
      ['email_taken'],
    ])
    const later = await takeIn('liquid', [liquidRow({ ...first, id: 'another' })])
    expect(later).toMatchObject(skippedFor('username_taken', 'email_taken'))
  })

  test('a username that is kept back after its owner left', async () => {
    const who = someone()
    await env.DB.prepare('INSERT INTO held_usernames VALUES (?, ?)')
      .bind(who.username, Date.now() + 60_000)
      .run()
    expect(await takeIn('wekan', [await wekanRow(who)])).toMatchObject(skippedFor('username_held'))
  })

  test('nobody without a password, unless they can choose one by a reset', async () => {
    const [social] = drivers
    const driver = must(social, 'driver')
    const [who, nobody] = [someone(), someone()]
    const services = {}
    const rows = [
      await wekanRow(who, { services }),
      await wekanRow(nobody, { services, emails: [] }),
    ]
    const outcomes = await takeIn('wekan', rows, { withoutPassword: true })
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['taken', 'skipped'])
    const app = testApp()
    for (const password of ['', 'null', who.username]) {
      expect((await driver.signIn(app, { ...who, password }, newPlace())).outcome).toBe('refused')
    }
    expect((await kept(who.username)).password_hash).toBeNull()
  })
})

describe('moving in again', () => {
  test('takes nobody twice and changes nothing that they changed', async () => {
    const [stays, changes] = [someone(), someone()]
    const rows = [await wekanRow(stays), await wekanRow(changes)]
    const first = await takeIn('wekan', rows)
    await env.DB.prepare(
      "UPDATE accounts SET username = 'new_' || number, username_key = 'new_' || number, email = NULL, email_key = NULL, first_name = 'Changed' WHERE username_key = ?",
    )
      .bind(changes.username)
      .run()
    const all = () => env.DB.prepare('SELECT * FROM accounts ORDER BY number').all()
    const before = (await all()).results
    const second = await takeIn('wekan', rows)
    expect(second.map(({ outcome }) => outcome)).toEqual(['already_here', 'already_here'])
    expect(second.map(({ newId }) => newId)).toEqual(first.map(({ newId }) => newId))
    expect((await all()).results).toEqual(before)
  })

  test('does not bring anybody back who has left', async () => {
    const who = someone()
    const rows = [await wekanRow(who)]
    await takeIn('wekan', rows)
    await env.DB.prepare('DELETE FROM accounts WHERE username_key = ?').bind(who.username).run()
    expect(await takeIn('wekan', rows)).toMatchObject([{ outcome: 'left', newId: null }])
    expect(await keptUnder(who.username)).toBeNull()
  })

  test('knows two systems of a kind apart by their names', async () => {
    const [one, other] = [someone(), someone()]
    const row = (who: Someone) => ({
      id: 1,
      username: who.username,
      password_hash: bcryptOf(who.password),
    })
    await takeIn('chatserver', [row(one)], { origin: `old ${one.id}` })
    const again = await takeIn('chatserver', [row(other)], { origin: `old ${one.id}` })
    expect(again).toMatchObject([{ outcome: 'already_here', username: one.username }])
    const apart = await takeIn('chatserver', [row(other)], { origin: `new ${one.id}` })
    expect(apart).toMatchObject([{ outcome: 'taken', username: other.username }])
    const repeated = await takeIn('chatserver', [row(someone()), row(someone())], {
      origin: `third ${one.id}`,
    })
    expect(repeated.map(({ reasons }) => reasons)).toEqual([[], ['id_repeated']])
  })

  test('a dry run says the same, and changes nothing', async () => {
    const [first, second] = [someone(), someone()]
    const rows = [
      await wekanRow(first),
      await wekanRow({ ...second, email: first.email.toUpperCase() }),
      null,
    ]
    const words = (outcomes: Awaited<ReturnType<typeof takeIn>>) =>
      outcomes.map(({ line, outcome, reasons }) => [line, outcome, ...reasons])
    const dry = await takeIn('wekan', rows, { isDry: true })
    expect(await keptUnder(first.username)).toBeNull()
    expect(words(dry)).toEqual(words(await takeIn('wekan', rows)))
  })
})

describe('hostile values', () => {
  test('arrive as they are, or not at all', async () => {
    const hostile = [
      "Robert'); DROP TABLE accounts;--",
      `"quoted" \\ 'twice' \`thrice\``,
      '/* a comment */ -- and another; SELECT 1',
      '👩‍👩‍👧 漢字 ᚠ',
      '?1 :name $x @y',
      '\\u0027 and \\n',
      '__proto__',
    ]
    for (const name of hostile) {
      const who = someone()
      await takeIn('wekan', [await wekanRow(who, { profile: { fullname: name } })])
      const { first_name, last_name } = await kept(who.username)
      expect(`${first_name} ${last_name}`.trim()).toBe(name)
    }
    for (const name of ['with \0 a NUL', 'reversed \u202e', 'half \ud83d']) {
      const who = someone()
      const [outcome] = await takeIn('liquid', [
        liquidRow(who, { firstName: name, bio: name, lastName: 'Safe' }),
      ])
      expect(outcome?.notes).toEqual(['left out: firstName, bio'])
      expect(await kept(who.username)).toMatchObject({ first_name: '', last_name: 'Safe' })
    }
  })

  test('rows of other shapes are skipped one by one', async () => {
    const odd: Row[] = [
      {},
      { _id: {} },
      { _id: [], username: {}, emails: 'no list', services: 7 },
      { _id: 'a', username: 7, emails: [null, 7, []], services: { password: null } },
      { _id: 'b', username: 'somebody_odd', emails: [{ address: ['x'] }], services: [] },
      JSON.parse('{"__proto__":{"_id":"x","username":"polluted"}}'),
    ]
    for (const row of odd) {
      expect(await takeIn('wekan', [row]), JSON.stringify(row)).toMatchObject([
        { outcome: 'skipped' },
      ])
    }
  })
})

test('10,000 people take seconds', async () => {
  const hash = bcryptOf('x')
  const rows = Array.from({ length: 10_000 }, (_, i) => ({
    id: `many-${i}`,
    email: `many-${i}@example.com`,
    name: 'The same Name',
    password_hash: hash,
  }))
  const started = Date.now()
  const outcomes = await takeIn('csv', rows, { origin: 'many' })
  const taken = outcomes.filter(({ outcome }) => outcome === 'taken')
  // All are called the same, so that made-up names are drawn again.
  expect(taken).toHaveLength(10_000)
  expect(new Set(taken.map(({ username }) => username)).size).toBe(10_000)
  expect(Date.now() - started).toBeLessThan(45_000)
}, 120_000)
