import { callback, clientId, codeOfApp, password } from './people.mjs'

// The pages of an account that are about its security, and about the applications that may use it.

const section = '/account/security'
const form = { status: 303 }

export async function measureSecurityPages({ measuring, send, code }, { member }) {
  const measure = measuring('account')
  const { jar } = await member('secured_owner')
  await measure(`GET ${section}`, { jar })
  await measure(`GET ${section}/email`, { jar })
  const email = 'secured-later@example.com'
  await measure(`POST ${section}/email`, { ...form, body: { email }, jar })
  await measure(`POST ${section}/email/resend`, { ...form, jar })
  await measure(`POST ${section}/email/confirm`, { ...form, body: { code: await code() }, jar })
  await measure(`GET ${section}/password`, { jar })
  const changed = { currentPassword: password, password: 'another password' }
  await measure(`POST ${section}/password`, { ...form, body: changed, jar, budget: 3 })
  await measureMailed(measure, { jar, code })
  await measureApp(measure, { jar })
  await measureApplications(measure, { jar, send })
  await measureFirstAddress(measure, send)
}

/** An address that was never confirmed is mailed a code as at the sign-up. */
async function measureFirstAddress(measure, send) {
  const jar = new Map()
  const body = { name: 'John Doe', username: 'unconfirmed', email: 'un@example.com', password }
  await send('/sign-up', { body, jar })
  const variant = 'the first address'
  await measure(`POST ${section}/email/resend`, { ...form, variant, jar, budget: 3 })
}

async function measureMailed(measure, { jar, code }) {
  await measure(`GET ${section}/mail`, { jar })
  await measure(`POST ${section}/mail`, { ...form, jar })
  const proof = { code: await code() }
  await measure(`POST ${section}/mail/activate`, { ...form, body: proof, jar, budget: 3 })
  await measure(`GET ${section}/off`, { jar })
  await measure(`POST ${section}/off/code`, { ...form, jar })
  await measure(`POST ${section}/off`, { ...form, body: { code: await code() }, jar, budget: 3 })
}

async function measureApp(measure, { jar }) {
  await measure(`POST ${section}/app`, { ...form, jar })
  const page = await measure(`GET ${section}/app`, { jar })
  const [, secret] = /[?&;]secret=([A-Z2-7]+)/.exec(page)
  const proof = { code: await codeOfApp(secret) }
  await measure(`POST ${section}/app/activate`, { body: proof, jar, budget: 3 })
}

async function measureApplications(measure, { jar, send }) {
  const request = new URLSearchParams({
    client_id: clientId,
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid profile',
    code_challenge: 'a'.repeat(43),
    code_challenge_method: 'S256',
  }).toString()
  const page = await send(`/oauth/authorize?${request}`, { jar })
  const account = /name="account" value="(\w+)"/.exec(page)?.[1]
  await send('/oauth/consent', { body: { request, account, decision: 'allow' }, jar })
  await measure('GET /account/applications', { jar })
  const body = { clientId }
  await measure('POST /account/applications/revoke', { ...form, body, jar })
}
