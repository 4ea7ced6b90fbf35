import { beforeAll, expect, inject, test } from 'vitest'
import { apis } from '../../reference/apis'
import { newPerson, newUsername, password, register, resetHarness } from '../http/harness'
import { type Docs, openDocs } from './docs-page'
import { desktop, newVisitor, phone } from './story'

/** The page at /docs reads and tries every API, on a phone and at a desk, and loads nothing from elsewhere. */

beforeAll(async () => {
  await resetHarness()
  // The first account of a local database administers: it is somebody else.
  await register()
})

/** A call of each API that opens a session, and one that needs it. */
const tried: { readonly [api: string]: (docs: Docs) => Promise<void> } = {
  async chat({ call, authorize }) {
    const username = newUsername()
    const registered = await call('registerUser', { body: { username, password } })
    expect(registered).toMatchObject({ status: 200, body: { username } })
    await authorize('basic', { username, password })
    const signedIn = await call('loginUser')
    expect(signedIn).toMatchObject({ status: 200, body: { username } })
    await authorize('bearer', { value: signedIn.body.deviceSessions[0].accessToken })
    expect(await call('getCurrentUser')).toMatchObject({ status: 200, body: { username } })
  },

  async directory({ call, authorize }) {
    const username = newUsername()
    const email = `${username}@example.com`
    const registered = await call('register', { body: { username, email, password } })
    expect(registered.status).toBe(200)
    await authorize('bearer', { value: registered.body.token })
    expect(await call('getSelf')).toMatchObject({ status: 200, body: { username } })
  },

  async oauth({ call, authorize }) {
    const { id, secret } = inject('server')
    expect(await call('getMetadata')).toMatchObject({ status: 200 })
    await authorize('basic', { username: id, password: secret })
    const issued = await call('issueToken', { example: 'for the client itself' })
    expect(issued).toMatchObject({ status: 200, body: { token_type: 'Bearer' } })
    const asked = await call('introspectToken', { body: { token: issued.body.access_token } })
    expect(asked).toMatchObject({ status: 200, body: { active: true, sub: id } })
  },

  async site({ call }) {
    const username = newUsername()
    const email = `${username}@example.com`
    const created = await call('createAccount', { body: { username, email } })
    expect(created).toMatchObject({ status: 200, body: { data: { name: 'Ada Byron' } } })
    // The cookie goes along by itself.
    expect(await call('checkSignedIn')).toMatchObject({ status: 200, body: { data: 'true' } })
    const profile = await call('getProfile', { parameters: { username } })
    expect(profile).toMatchObject({ status: 200, body: { data: { username } } })
  },

  async social({ call }) {
    const { username } = await newPerson()
    const signedIn = await call('login', { body: { username, password } })
    expect(signedIn).toMatchObject({ status: 200, body: { ok: 1 } })
    const own = await call('getOwnUser')
    expect(own).toMatchObject({ status: 200, body: { data: { user: { username } } } })
  },

  async talent({ call, authorize }) {
    const { email } = await newPerson()
    const signedIn = await call('signIn', { body: { email, password } })
    expect(signedIn).toMatchObject({ status: 200, body: { data: { email } } })
    await authorize('bearer', { value: signedIn.body.data.token })
    expect(await call('getAccount')).toMatchObject({ status: 200, body: { data: { email } } })
  },
}

const sizes = { phone, desktop } as const

const cases = apis.flatMap(({ name }) => [
  { name, size: 'phone' as const },
  { name, size: 'desktop' as const },
])

test.each(cases)('tries calls of $name ($size)', async ({ name, size }) => {
  const { visitor, context, complaints, close } = await newVisitor(true, sizes[size])
  const asked: string[] = []
  context.on('request', (request) => asked.push(request.url()))
  try {
    const page = await visitor.tab()
    const docs = await openDocs(page, name)
    const tell = tried[name]
    if (!tell) throw new Error(`no call of ${name} is tried`)
    await tell(docs)
    // What Chromium would like of fields for passwords is for the viewer to do.
    expect(complaints.all().filter((one) => !one.includes('[DOM]'))).toEqual([])
    expect(asked.filter((url) => !/^(data|blob):/.test(url) && !isOwn(url))).toEqual([])
    expect(await page.evaluate(crowded)).toEqual([])
  } finally {
    await close()
  }
})

const isOwn = (url: string) => new URL(url).origin === inject('origin')

/** Scrolls sideways, or squeezes text into a column of a few letters. */
const crowded = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement
  const texts = [...document.querySelectorAll('.swagger-ui :is(p, td, th, label, pre, h1, h2, h3, select, code)')]
  const narrow = texts.filter((one) => {
    const { width, height } = one.getBoundingClientRect()
    return width > 0 && width < 60 && height > 60
  })
  return [
    ...(scrollWidth > clientWidth ? ['it scrolls sideways'] : []),
    ...narrow.map((one) => one.tagName + '.' + one.className + ': ' + one.textContent.slice(0, 40)),
  ]
})()`
