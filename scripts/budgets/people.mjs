import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../../dev/wrangler.mjs'

// Those who send the requests: people, an administrator, an application.

export const password = '$uper&ecurePassw0rd'
export const names = { firstName: 'John', lastName: 'Doe' }

/** Where the application waits that asks for people's consent. */
export const callback = 'https://client.example/callback'

/** The header of whoever has this token, in every API but for the pages. */
export const bearing = (token) => ({ Authorization: `Bearer ${token}` })

/** `id` is that of most APIs, `jar` holds the browser's cookies, `headers` are for the rest. */
export async function createPeople({ send, code }, server) {
  // The first account of an empty local database administers.
  const administrator = await member('administrator')

  /** Somebody whose address is confirmed, and who is signed in. */
  async function member(username) {
    const email = `${username}@example.com`
    const body = { username, email, password, ...names }
    const { data } = await send('/social/user/create', { body })
    if (!data.user.isVerified) await confirm()
    return { id: data.user._id, username, email, ...(await signIn(username)) }
  }

  async function confirm() {
    await send('/social/user/verify-email', { body: { code: await code() } }).catch(() => {})
  }

  /** A browser in which they are signed in, and the header by which the same session is used elsewhere. */
  async function signIn(username) {
    const jar = new Map()
    const body = { username, password, userAgent: 'budgets' }
    await send('/social/user/login', { body, jar })
    return { jar, headers: bearing(jar.get('atrium_session')) }
  }

  /** An application, as the operator makes it, with the header by which it says who it is. */
  function application(id, scope) {
    const given = ['client', 'create', '--id', id, '--scope', scope]
    const uris = ['--redirect-uri', callback, '--post-logout-redirect-uri', callback]
    const place = ['--harness', '--persist-to', server.state]
    const args = [join(root, 'scripts/admin.mjs'), ...given, ...uris, ...place]
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    const secret = /^secret: (\S+)$/m.exec(stdout)?.[1]
    if (secret === undefined) throw new Error(`no application was made: ${stderr}`)
    return { id, headers: { Authorization: `Basic ${btoa(`${id}:${secret}`)}` } }
  }

  return { administrator, member, signIn, application, server }
}
