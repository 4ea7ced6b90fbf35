import { names, password } from './people.mjs'

// `social`: accounts, sessions, the second factor and passwords.

export async function measureSocial({ measuring, send, code }, { administrator }) {
  const measure = measuring('social')
  const body = { username: 'john_doe', email: 'john@example.com', password, ...names }
  const jar = new Map()
  const signIn = { username: 'john_doe', password, userAgent: 'budgets' }

  const { data } = await measure('POST /user/create', { body, status: 201 })
  const target = data.user._id
  await measure('POST /user/resend-verification', { body: { target } })
  await measure('POST /user/verify-email', { body: { code: await code() } })
  await measure('POST /user/login', { body: signIn, jar })
  await measure('POST /user/login', {
    variant: 'wrong password',
    body: { ...signIn, password: 'a wrong one' },
    status: 401,
  })
  await measure('GET /user/me', { jar })
  await measure('GET /user/:userId', { at: `/user/${administrator.id}`, jar })
  await measure('GET /user/session-state', { jar })
  await measure('GET /user/login-history', { jar })
  const change = (variant, changes, budget) =>
    measure('PATCH /user/me', { variant, body: changes, jar, budget })
  await change(undefined, { bio: 'Grab a straw' }, 1)
  await change('e-mail', { email: 'new@example.com' })
  await change('password', { password: 'another password' })
  const byPassword = { password, currentPassword: 'another password' }
  await change('password by password', byPassword)
  await measure('PATCH /user/me', {
    variant: 'by an administrator',
    body: { target, bio: 'Hold on to it' },
    jar: administrator.jar,
    budget: 3,
  })
  await measure('POST /user/private', { body: { state: true }, jar, budget: 1 })
  const second = new Map()
  await send('/user/login', { body: signIn, jar: second })
  await measure('POST /user/logout', { jar: second })
  await measureSecondFactor(measure, { jar, signIn, code })
  await measure('POST /user/code', { body: { email: 'john@example.com' } })
  const resetCode = await code()
  await measure('POST /user/code', { variant: 'unknown', body: { email: 'nobody@example.com' } })
  await measure('POST /user/logout-all', { jar })
  const reset = { code: resetCode, password: 'yet another password' }
  await measure('POST /user/reset-password', { body: reset })
}

async function measureSecondFactor(measure, { jar, signIn, code }) {
  await measure('POST /user/2fa', { body: { state: true }, jar })
  const variant = 'second factor'
  const pending = await measure('POST /user/login', { variant, body: signIn, jar })
  const { sessionHash, user } = pending.data
  const proof = { target: user._id, sessionHash, code: await code() }
  await measure('POST /user/do-2fa', { body: proof, jar })
}
