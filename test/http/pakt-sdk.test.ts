import { createHmac } from 'node:crypto'
import { PaktSDK } from '@pakt/sdk'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { codeTo, mailsTo, newUsername, password, resetHarness, setClock } from './harness'

/** The client that talent is for, as it is published, against the running server. */

let sdk: PaktSDK
const nextPassword = 'another, quite long one'

beforeAll(async () => {
  await resetHarness()
  sdk = await PaktSDK.init({ baseUrl: inject('origin'), testnet: false })
})

/** What a client got, or the words in which it was refused. */
function dataOf<T>({ status, data, message }: { status: string; data: T; message?: string }): T {
  if (status !== 'success') throw new Error(`refused: ${message}`)
  return data
}

function newBody() {
  const names = { firstName: 'Alice', lastName: 'Bob' }
  const email = `${newUsername()}@example.com`
  return { ...names, email, password, confirmPassword: password }
}

/** Registers somebody and confirms the address. */
async function newPerson(body = newBody()) {
  const { token: tempToken } = dataOf(await sdk.auth.register(body))
  const token = await codeTo(body.email)
  const verified = dataOf(await sdk.auth.verifyAccount({ tempToken, token }))
  return { id: verified._id, email: body.email, token: verified.code }
}

/** The code of an authenticator app (RFC 6238), so many steps from now. */
function totp(secret: string, steps = 0): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = Array.from(secret, (letter) => letters.indexOf(letter).toString(2).padStart(5, '0'))
  const bytes = bits.join('').match(/.{8}/g) ?? []
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps))
  const key = Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)))
  const mac = createHmac('sha1', key).update(counter).digest()
  const number = mac.readUInt32BE((mac.at(-1) ?? 0) & 0xf) & 0x7fff_ffff
  return String(number % 1_000_000).padStart(6, '0')
}

describe('an account', () => {
  test('is registered, verified, read and updated', async () => {
    const body = newBody()
    const registered = await sdk.auth.register(body)
    expect(registered).toMatchObject({ status: 'success', code: 202 })
    expect(dataOf(registered)).toEqual({
      token: expect.stringMatching(/^eyJ/),
      token_type: 'bearer',
      expiresIn: 86_400,
    })
    expect(await mailsTo(body.email)).toHaveLength(1)
    const resent = dataOf(await sdk.auth.resendVerifyLink({ email: body.email }))
    const { token: tempToken } = resent.tempToken
    const token = await codeTo(body.email)
    const verified = dataOf(await sdk.auth.verifyAccount({ tempToken, token }))
    expect(verified).toMatchObject({ email: body.email, firstName: 'Alice', isVerified: true })
    expect(verified.token).toBe(verified.code)

    const own = dataOf(await sdk.account.getUser(verified.token))
    expect(own).toMatchObject({ _id: verified._id, email: body.email, profileCompleteness: 0 })
    const changes = {
      profile: { bio: { title: 'Software Engineer' }, talent: { tags: ['web3', 'crypto'] } },
      socials: { github: 'https://github.com/tester' },
    }
    const updated = await sdk.account.updateAccount(changes, verified.token)
    expect(updated).toMatchObject({ code: 202, message: 'Profile updated successfully' })
    expect(dataOf(await sdk.account.getUser(verified.token))).toEqual(dataOf(updated))
    expect(dataOf(updated).profile.talent.tags).toEqual(['web3', 'crypto'])

    const onboarded = await sdk.account.onboardEndpoint(
      'engineering',
      '',
      'creator',
      verified.token,
    )
    expect(dataOf(onboarded)).toMatchObject({ type: 'creator' })
  })

  test('is refused in words that its client passes on', async () => {
    const refused = await sdk.auth.register({ ...newBody(), email: 'nothing' })
    expect(refused).toMatchObject({ status: 'error', statusCode: 422, code: 422, data: null })
    expect(refused.message).toBe('email is not valid')
    const { email } = await newPerson()
    const wrong = await sdk.auth.login({ email, password: 'a wrong one' })
    expect(wrong).toMatchObject({
      status: 'error',
      code: 401,
      message: 'Invalid email or password',
    })
    const nobody = await sdk.account.getUser('x'.repeat(43))
    expect(nobody).toMatchObject({ status: 'error', code: 401, message: 'Unauthorized' })
    expect(await sdk.account.getUsers('')).toMatchObject({ status: 'error', code: 401 })
  })

  test('signs in and out, and changes its password', async () => {
    const { id, email } = await newPerson()
    const signedIn = dataOf(await sdk.auth.login({ email, password }))
    expect(signedIn).toMatchObject({ _id: id, onboarded: false, isVerified: true })
    expect(signedIn).not.toHaveProperty('tempToken')
    const { token } = signedIn
    const changed = await sdk.account.changePassword(password, nextPassword, token)
    expect(changed).toMatchObject({ code: 202, message: 'Password successfully changed' })
    expect((await sdk.auth.login({ email, password })).status).toBe('error')
    expect((await sdk.auth.login({ email, password: nextPassword })).status).toBe('success')
    expect(await sdk.account.logout(token)).toMatchObject({ status: 'success', data: {} })
    expect((await sdk.account.getUser(token)).status).toBe('error')
  })

  test('has a password that was forgotten reset by mail', async () => {
    const { email, token: session } = await newPerson()
    const asked = dataOf(await sdk.auth.resetPassword({ email }))
    expect(asked.tempToken.token_type).toBe('bearer')
    const again = dataOf(await sdk.auth.resendResetPassword({ email }))
    const given = { tempToken: again.tempToken.token, token: await codeTo(email) }
    expect((await sdk.auth.validatePasswordToken(given)).status).toBe('success')
    const change = { ...given, password: nextPassword }
    expect((await sdk.auth.changePassword(change)).status).toBe('success')
    expect((await sdk.auth.changePassword(change)).status).toBe('error')
    expect((await sdk.account.getUser(session)).status).toBe('error')
    expect((await sdk.auth.login({ email, password: nextPassword })).status).toBe('success')
  })
})

describe('a second factor', () => {
  test('by mail is switched on, asked for, and switched off', async () => {
    const { email, token } = await newPerson()
    const begun = await sdk.account.initate2FA('email', token)
    expect(begun).toMatchObject({ code: 202, message: 'TwoFA security is initiated' })
    expect(dataOf(begun)).toEqual({ type: 'email' })
    expect((await sdk.account.activate2FA(await codeTo(email), token)).status).toBe('success')

    const asked = dataOf(await sdk.auth.login({ email, password }))
    expect(asked).not.toHaveProperty('token')
    const first = await codeTo(email)
    expect((await sdk.auth.resendTwoFAEmailCode(email)).status).toBe('success')
    const code = await codeTo(email)
    expect(code).not.toBe(first)
    const { token: tempToken } = asked.tempToken
    expect((await sdk.auth.loginTwoFa({ code: first, tempToken })).status).toBe('error')
    const done = dataOf(await sdk.auth.loginTwoFa({ code, tempToken }))
    expect(done).toMatchObject({ email, token_type: 'bearer', isVerified: true })

    expect((await sdk.account.sendEmailTwoFA(done.token)).status).toBe('success')
    const off = await sdk.account.deactivate2FA(await codeTo(email), done.token)
    expect(off).toMatchObject({ status: 'success', code: 200 })
    expect(dataOf(await sdk.auth.login({ email, password })).token).toMatch(/^[\w-]{43}$/)
  })

  test('by an authenticator app is switched on, asked for, and switched off', async () => {
    const { email, token } = await newPerson()
    const begun = dataOf(await sdk.account.initate2FA('google_auth', token))
    const { qrCodeUrl = '' } = begun
    const secret = new URL(qrCodeUrl).searchParams.get('secret') ?? ''
    expect((await sdk.account.activate2FA(totp(secret, -1), token)).status).toBe('success')

    const { tempToken } = dataOf(await sdk.auth.login({ email, password }))
    const wrong = { code: '000000', tempToken: tempToken.token }
    expect((await sdk.auth.loginTwoFa(wrong)).status).toBe('error')
    const right = { code: totp(secret), tempToken: tempToken.token }
    const done = dataOf(await sdk.auth.loginTwoFa(right))
    expect(done.twoFa).toMatchObject({ type: 'google_auth', status: true })
    expect((await sdk.account.deactivate2FA(totp(secret, 1), done.token)).status).toBe('success')
  })
})

describe('people', () => {
  test('are found by filters, by id, and kept in mind', async () => {
    const names = { ...newBody(), lastName: `Q${newUsername().slice(7)}` }
    const alice = await newPerson(names)
    const { token } = await newPerson()
    await sdk.account.updateAccount({ profile: { talent: { tags: ['chess'] } } }, alice.token)
    const filter = { search: names.lastName, tags: ['chess', 'go'], page: 1, limit: 5 }
    const found = dataOf(await sdk.account.getUsers(token, filter))
    expect(found).toMatchObject({ pages: 1, page: 1, total: 1, limit: 5 })
    expect(found.data[0]).toMatchObject({ _id: alice.id, isBookmarked: false })

    const shown = dataOf(await sdk.account.getAUser(alice.id ?? '', token))
    expect(shown).toMatchObject({ _id: alice.id, lastName: names.lastName })
    expect(shown).not.toHaveProperty('email')

    const body = { reference: alice.id ?? '', type: 'user' } as const
    const made = dataOf(await sdk.bookmark.create(token, body))
    const kept = dataOf(await sdk.bookmark.getAll(token, { page: '1', limit: '10' }))
    expect(kept.data[0]).toMatchObject({ _id: made._id, user: { _id: alice.id } })
    expect((await sdk.bookmark.delete(token, made._id ?? '')).status).toBe('success')
    expect(dataOf(await sdk.bookmark.getAll(token)).total).toBe(0)
  })

  test('come by a referral, which is counted', async () => {
    const { token } = await newPerson()
    const own = dataOf(await sdk.account.getUser(token)) as unknown as { referralCode: string }
    await newPerson({ ...newBody(), ...{ referral: own.referralCode } })
    const valid = dataOf(await sdk.auth.validateReferral(own.referralCode))
    expect(valid).toMatchObject({ valid: true, referralCounts: 1, totalAllowedReferrals: 10 })
    expect(dataOf(await sdk.auth.validateReferral('nothing')).valid).toBe(false)
  })
})

test('a client for the test network, which says so in every address, is served the same', async () => {
  const client = await PaktSDK.init({ baseUrl: inject('origin'), testnet: true })
  const { email } = await newPerson()
  const { token } = dataOf(await client.auth.login({ email, password }))
  expect(dataOf(await client.account.getUsers(token, { owner: true })).total).toBe(1)
  const creators = { owner: true, type: 'creator' } as const
  expect(dataOf(await client.account.getUsers(token, creators)).total).toBe(0)
})

test('a session that has ended is refused, and says so', async () => {
  const { token } = await newPerson()
  await setClock(31 * 24 * 3600)
  expect(await sdk.account.getUser(token)).toMatchObject({ status: 'error', code: 401 })
  await setClock(0)
})
