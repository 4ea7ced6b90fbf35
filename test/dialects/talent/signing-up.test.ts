import { beforeAll, describe, expect, test } from 'vitest'
import { codeFrom, type TestApp, testApp } from '../../support/app'
import { forgetEverybody } from '../../support/site-answers'
import {
  accepted,
  anyToken,
  doors,
  failed,
  invalid,
  login,
  newEmail,
  newMember,
  nextPassword,
  ok,
  password,
  post,
  register,
  ticketFor,
  told,
  wrongCode,
} from './people'
import { freshAccount } from './samples'

/** Making an account and confirming its address, by clients that repeat what they are unsure of. */

let app: TestApp
const day = 24 * 3600
const ninetyDays = 90 * day

beforeAll(async () => {
  app = testApp({ THROTTLE: 'off' })
  await forgetEverybody(app)
})

const rowsOf = async (email: string) => {
  const { results } = await app.env.DB.prepare('SELECT username FROM accounts WHERE email = ?')
    .bind(email)
    .all<{ username: string }>()
  return results
}
const mailsTo = (email: string) => app.mails.filter(({ to }) => to === email)
const newBody = () => ({
  firstName: 'Alice',
  lastName: 'Bob',
  email: newEmail(),
  password,
  confirmPassword: password,
})

describe.each(doors)('at "%s"', (door) => {
  const create = (body: object) => post(app, `${door}/v1/auth/create-account`, body)

  test('an account is made, confirmed and signed in', async () => {
    const body = newBody()
    const created = await create(body)
    expect(told(created)).toEqual(accepted({ email: body.email, tempToken: ticketFor(day) }, 'OK'))
    const tempToken = created.json.data.tempToken.token
    const token = codeFrom(app.mails, body.email)
    const verified = await post(app, `${door}/v1/auth/account/verify`, { tempToken, token })
    const id = verified.json.data._id
    const session = { token: anyToken, token_type: 'bearer', expiresIn: ninetyDays }
    const account = freshAccount(id, body.email)
    expect(told(verified)).toEqual(ok({ ...account, ...session, onboarded: false }))
    const again = await post(app, `${door}/v1/auth/account/verify`, { tempToken, token })
    expect(told(again)).toEqual(wrongCode('token'))
  })

  test('a code is mailed again, and the answer is the same for whoever there is', async () => {
    const { email } = await register(app)
    const { email: confirmed } = await newMember(app)
    const resend = (to: string) => post(app, `${door}/v1/auth/verify/resend`, { email: to })
    const before = mailsTo(confirmed).length
    for (const to of [email, confirmed, 'nobody@example.com']) {
      expect(told(await resend(to))).toEqual(ok({ tempToken: ticketFor(day) }))
    }
    expect([mailsTo(email).length, mailsTo(confirmed).length]).toEqual([2, before])
    const tempToken = (await resend(email)).json.data.tempToken.token
    const token = codeFrom(app.mails, email)
    const verified = await post(app, `${door}/v1/auth/account/verify`, { tempToken, token })
    expect(verified.status).toBe(200)
  })
})

test('a code confirms no other address than that of the ticket', async () => {
  const [one, two] = [await register(app), await register(app)]
  const sent = { tempToken: one.tempToken, token: codeFrom(app.mails, two.email) }
  expect(told(await post(app, '/v1/auth/account/verify', sent))).toEqual(wrongCode('token'))
  for (const tempToken of ['nothing', one.tempToken.slice(0, -4), `${one.tempToken}x`]) {
    const forged = { tempToken, token: codeFrom(app.mails, one.email) }
    expect(told(await post(app, '/v1/auth/account/verify', forged))).toEqual(wrongCode('token'))
  }
})

describe('a registration that is sent again', () => {
  test('four times as clients do, is one account, one mail and one answer', async () => {
    const body = newBody()
    const answers = []
    for (let i = 0; i < 4; i += 1) answers.push(await post(app, '/v1/auth/create-account', body))
    const answer = accepted({ email: body.email, tempToken: ticketFor(day) }, 'OK')
    expect(answers.map(told)).toEqual(Array(4).fill(answer))
    expect(await rowsOf(body.email)).toHaveLength(1)
    expect(mailsTo(body.email)).toHaveLength(1)
    const tempToken = answers[3]?.json.data.tempToken.token
    const sent = { tempToken, token: codeFrom(app.mails, body.email) }
    expect((await post(app, '/v1/auth/account/verify', sent)).status).toBe(200)
  })

  test('with another password takes the place of what nobody had confirmed', async () => {
    const body = newBody()
    await post(app, '/v1/auth/create-account', body)
    const [first] = await rowsOf(body.email)
    const other = { ...body, password: nextPassword, confirmPassword: nextPassword }
    expect((await post(app, '/v1/auth/create-account', other)).status).toBe(202)
    const rows = await rowsOf(body.email)
    expect(rows).toHaveLength(1)
    expect(rows).not.toEqual([first])
    expect((await login(app, body.email)).status).toBe(401)
  })

  // The answers must not tell whether a password is right: it would be guessed here, uncounted.
  test('is told from any other no more once the address is confirmed', async () => {
    const body = newBody()
    const created = await post(app, '/v1/auth/create-account', body)
    const tempToken = created.json.data.tempToken.token
    const sent = { tempToken, token: codeFrom(app.mails, body.email) }
    expect((await post(app, '/v1/auth/account/verify', sent)).status).toBe(200)
    const wrong = { ...body, password: nextPassword, confirmPassword: nextPassword }
    for (const again of [body, wrong]) {
      const answer = await post(app, '/v1/auth/create-account', again)
      expect(told(answer)).toEqual(failed(409, 'Email already exists'))
    }
  })

  test('for an address that somebody has confirmed is refused', async () => {
    const { email } = await newMember(app)
    const other = { ...newBody(), email, password: nextPassword, confirmPassword: nextPassword }
    const answer = await post(app, '/v1/auth/create-account', other)
    expect(told(answer)).toEqual(failed(409, 'Email already exists'))
    expect((await login(app, email)).status).toBe(200)
  })
})

describe('usernames', () => {
  test('are made up for twenty people of one name at once, each with their own', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post(app, '/v1/auth/create-account', newBody())),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(202))
    const rows = await Promise.all(answers.map(({ json }) => rowsOf(json.data.email)))
    const names = rows.flat().map(({ username }) => username)
    expect(new Set(names).size).toBe(20)
    for (const name of names) expect(name).toMatch(/^alice-bob-[a-z0-9]{4}$/)
  })

  test.each([
    ['Zoë', 'Müller', /^zoe-muller-[a-z0-9]{4}$/],
    ['Ада', 'Лавлейс', /^user-[a-z0-9]{4}$/],
    ['Jukne', '', /^jukne-[a-z0-9]{4}$/],
    ['  Anne  Marie ', "O'Neil", /^anne-marie-o-neil-[a-z0-9]{4}$/],
    ['-', '_', /^user-[a-z0-9]{4}$/],
    ['x'.repeat(150), 'y'.repeat(150), /^x{30}-y{30}-[a-z0-9]{4}$/],
  ])('are made of %j and %j', async (firstName, lastName, shape) => {
    const { email } = await register(app, { firstName, lastName })
    expect((await rowsOf(email))[0]?.username).toMatch(shape)
  })
})

test.each([
  [{ firstName: '' }, ['firstName', 'is too short']],
  [{ firstName: undefined }, ['firstName', 'is required']],
  [{ firstName: 'x'.repeat(151) }, ['firstName', 'is too long']],
  [{ lastName: 7 }, ['lastName', 'is not valid']],
  [{ email: 'nothing' }, ['email', 'is not valid']],
  [{ email: undefined }, ['email', 'is required']],
  [{ confirmPassword: 'another one' }, ['confirmPassword', 'must be the same as password']],
  [{ confirmPassword: undefined }, ['confirmPassword', 'is required']],
  [{ password: 'short', confirmPassword: 'short' }, ['password', 'is too short']],
  [{ password: 'qwertyuiop', confirmPassword: 'qwertyuiop' }, ['password', 'is too common']],
  [{ password: 'Alice Bob', confirmPassword: 'Alice Bob' }, ['password', 'is too easy to guess']],
  [{ type: 'nobody' }, ['type', 'is not valid']],
] as const)('%j is refused', async (fields, said) => {
  const answer = await post(app, '/v1/auth/create-account', { ...newBody(), ...fields })
  expect(told(answer)).toEqual(invalid(said))
})

test('all that is wrong is told at once, and what nobody asked for is not looked at', async () => {
  const answer = await post(app, '/v1/auth/create-account', {
    email: 'x',
    password: 'short',
    confirmPassword: 'other',
    lastName: 'a\u0007b',
    profile: { contact: { phone: 'x' } },
    role: 'admin',
  })
  const fields = answer.json.validation.map(({ field }: { field: string }) => field)
  const wrong = ['confirmPassword', 'email', 'firstName', 'lastName', 'password']
  expect(fields.sort()).toEqual(wrong)
})

test.each([
  ['recipient', 'recipient'],
  ['creator', 'creator'],
  ['talent', 'recipient'],
  ['business', 'creator'],
  ['', 'recipient'],
])('a person of the type %j is a %s', async (type, shown) => {
  const { me } = await newMember(app, { type })
  expect((await me()).type).toBe(shown)
})

describe('referrals', () => {
  const validate = (token: string, slash = '/') =>
    post(app, `/v1/auth/referral/validate${slash}`, { token })
  const nobody = {
    valid: false,
    userId: null,
    referralCounts: null,
    totalAllowedReferrals: null,
    referralId: null,
    role: null,
    isKyc: null,
  }

  test.each(['/', ''])(
    'a code counts who came by it, asked for with "%s" at the end',
    async (slash) => {
      const { id, me } = await newMember(app)
      const { referralCode } = await me()
      const own = {
        valid: true,
        userId: id,
        referralCounts: 0,
        totalAllowedReferrals: 10,
        referralId: referralCode,
        role: 'user',
        isKyc: false,
      }
      expect(told(await validate(referralCode, slash))).toEqual(ok(own))
      await register(app, { referral: referralCode })
      await register(app, { referral: referralCode })
      expect(told(await validate(referralCode, slash))).toEqual(ok({ ...own, referralCounts: 2 }))
      const { achievements } = await me()
      expect(achievements[1]).toMatchObject({ type: 'referral', total: '10', value: '2' })
    },
  )

  test('an unknown code is nobody’s, and keeps nobody from registering', async () => {
    expect(told(await validate('nothing'))).toEqual(ok(nobody))
    expect((await register(app, { referral: 'nothing' })).answer.status).toBe(202)
    expect((await register(app, { referral: '' })).answer.status).toBe(202)
  })
})

test('by invitation only, a code is asked for', async () => {
  const closed = testApp({ INVITE_ONLY: 'true', THROTTLE: 'off' })
  const answer = await post(closed, '/v1/auth/create-account', newBody())
  expect(told(answer)).toEqual(failed(422, 'The invite code is not valid'))
  const shut = testApp({ REGISTRATION: 'closed' })
  const refused = await post(shut, '/v1/auth/create-account', newBody())
  expect(told(refused)).toEqual(failed(403, 'Registration is closed'))
})
