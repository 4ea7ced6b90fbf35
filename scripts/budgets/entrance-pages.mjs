import { password } from './people.mjs'

// The pages on which people sign in and up, get a new password, and disown an address.

const form = { status: 303 }
const still = { budget: 0 }

export async function measureEntrance({ measuring, send, code, codes }, { member }) {
  const measure = measuring('entrance')
  const email = 'page@example.com'
  const jar = new Map()
  const typed = { name: 'John Doe', username: 'page_user', email, password }
  await measure('GET /sign-up', still)
  await measure('POST /sign-up', { ...form, body: typed, jar })
  await measure('GET /confirm-email', { jar })
  await measure('POST /confirm-email/resend', { ...form, body: { continue: '/account' }, jar })
  await measure('POST /confirm-email', { ...form, body: { code: await code() }, jar })
  await measure('GET /sign-out', { ...still, jar })
  await measure('POST /sign-out', { ...form, jar })

  await measure('GET /sign-in', still)
  const credentials = { name: 'page_user', password }
  await measure('POST /sign-in', { ...form, body: credentials, jar })
  await measure('GET /sign-in', { variant: 'again', at: '/sign-in?again=1', jar })

  await measure('GET /password/forgotten', still)
  await measure('POST /password/forgotten', { ...form, body: { email }, jar })
  await measure('GET /password/new', { ...still, jar })
  const reset = { email, code: await code(), password: 'another password' }
  await measure('POST /password/new', { ...form, body: reset, jar })

  await measureCode(measure, { code, send, member })
  await measure('GET /disown-email', still)
  const body = { ...typed, username: 'page_other', email: 'other-page@example.com' }
  await send('/sign-up', { body })
  const [, disowning] = await codes()
  await measure('POST /disown-email', { ...form, body: { code: disowning } })
}

async function measureCode(measure, { code, send, member }) {
  const owner = await member('page_owner')
  await send('/social/user/2fa', { body: { state: true }, jar: owner.jar })
  const jar = new Map()
  const variant = 'second factor'
  const body = { name: 'page_owner', password }
  const place = await measure('POST /sign-in', { ...form, variant, body, jar })
  await measure('GET /sign-in/code', { ...still, at: place.pathname + place.search, jar })
  const proof = { at: place.searchParams.get('at'), code: await code() }
  await measure('POST /sign-in/code', { ...form, body: proof, jar })
}
