import '../../dev/typescript.mjs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../../dev/wrangler.mjs'

// Those who send the requests: people, an administrator, an application.

const { codeAt } = await import('../../src/crypto/totp.ts')

export const password = '$uper&ecurePassw0rd'
export const names = { firstName: 'John', lastName: 'Doe' }

export const clientId = 'budgets'
/** Where the application waits that asks for people's consent. */
export const callback = 'https://client.example/callback'

/** The header of whoever has this token, in every API; pages know the cookie alone. */
export const bearing = (token) => ({ Authorization: `Bearer ${token}` })

/** What an authenticator app shows now. */
export const codeOfApp = (secret) => codeAt(secret, Date.now())

/** A PNG of one black point. */
const point =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=='

/** A form with a picture in this field. */
export function pictureForm(field) {
  const form = new FormData()
  form.set(field, new Blob([Buffer.from(point, 'base64')], { type: 'image/png' }), 'me.png')
  return form
}

/** Gives what makes people, and those of whom there is one. */
export async function createPeople({ send, code }, server) {
  /** Somebody whose address is confirmed, and who is signed in. */
  async function member(username) {
    const email = `${username}@example.com`
    const body = { username, email, password, ...names }
    const { data } = await send('/social/user/create', { body })
    await send('/social/user/verify-email', { body: { code: await code() } })
    return { id: data.user._id, username, ...(await signIn(username)) }
  }

  /** A browser in which they are signed in, and the header by which the same session is used elsewhere. */
  async function signIn(username) {
    const jar = new Map()
    const body = { username, password, userAgent: 'budgets' }
    await send('/social/user/login', { body, jar })
    return { jar, headers: bearing(jar.get('atrium_session')) }
  }

  // The first account of an empty local database administers.
  const administrator = await member('administrator')
  return { administrator, member, signIn, application: createApplication(server), server }
}

/** An application, as the operator makes it; gives the header by which it says who it is. */
function createApplication({ state }) {
  const scope = 'client:oauth:introspect openid profile delegated:profile:read'
  const given = ['client', 'create', '--id', clientId, '--scope', scope]
  const uris = ['--redirect-uri', callback, '--post-logout-redirect-uri', callback]
  const place = ['--harness', '--persist-to', state]
  const args = [join(root, 'scripts/admin.mjs'), ...given, ...uris, ...place]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  const secret = /^secret: (\S+)$/m.exec(stdout)?.[1]
  if (secret === undefined) throw new Error(`no application was made: ${stderr}`)
  return { Authorization: `Basic ${btoa(`${clientId}:${secret}`)}` }
}
