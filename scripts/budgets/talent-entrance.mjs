import { password } from './people.mjs'

// `talent`: how people get in, at `/v1/auth`.

export async function measureTalentEntrance({ measuring, send, code }) {
  const measure = measuring('talent')
  const email = 'talent@example.com'
  const names = { firstName: 'Alice', lastName: 'Bob' }
  const body = { ...names, email, password, confirmPassword: password }
  await measure('POST /v1/auth/create-account', { body, status: 202, budget: 3 })
  const resent = await measure('POST /v1/auth/verify/resend', { body: { email } })
  const { token: tempToken } = resent.data.tempToken
  const proof = { tempToken, token: await code() }
  const verified = await measure('POST /v1/auth/account/verify', { body: proof, budget: 4 })
  const credentials = { email, password }
  const { data } = await measure('POST /v1/auth/login', { body: credentials, budget: 3 })
  const { referralCode: token } = verified.data
  await measure('POST /v1/auth/referral/validate', { body: { token }, budget: 1 })

  const headers = { Authorization: `Bearer ${data.token}` }
  const account = '/talent/v1/account'
  await send(`${account}/initiate/2fa`, { body: { type: 'email' }, headers })
  await send(`${account}/activate/2fa`, { body: { code: await code() }, headers })
  const variant = 'second factor'
  const pending = await measure('POST /v1/auth/login', { variant, body: credentials })
  await measure('POST /v1/auth/2fa/email/code', { body: { email } })
  const second = { code: await code(), tempToken: pending.data.tempToken.token }
  await measure('POST /v1/auth/login/2fa', { body: second, budget: 3 })

  const asked = await measure('POST /v1/auth/password/reset', { body: { email } })
  const reset = { tempToken: asked.data.tempToken.token, token: await code() }
  await measure('POST /v1/auth/validate/password', { body: reset, budget: 1 })
  const changed = { ...reset, password: 'another password' }
  await measure('POST /v1/auth/password/change', { body: changed })
}
