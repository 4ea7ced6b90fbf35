import type { AccountRecord, ListedAccount } from '../../core/account-records'
import type { Account } from '../../core/accounts'
import { isoDate } from '../../http/dates'

/** What clients of this API are answered. */

export function renderSignedIn(
  account: Account,
  session: { readonly token: string; readonly expiresAt: number },
) {
  return { id: account.id, token: session.token, tokenExpires: isoDate(session.expiresAt) }
}

/** Not a failure to the core, which goes on once the code is there. */
export const codeMissing = { error: 'no-2fa-code', reason: '2FA code must be informed' }

function renderEmails({ email, emailVerifiedAt }: Account) {
  return email === null ? [] : [{ address: email, verified: emailVerifiedAt !== null }]
}

/** What clients look for, and nothing is in. */
const empty: Record<string, never> = {}

/** The account in its own eyes. Only administrators have a word more, as their documents do. */
export function renderSelf(account: Account) {
  return {
    _id: account.id,
    createdAt: isoDate(account.createdAt),
    username: account.username,
    emails: renderEmails(account),
    ...(account.role === 'admin' ? { isAdmin: true as const } : {}),
    profile: empty,
  }
}

/** The account in an administrator's eyes. Where the document shows hashes and tokens there are dates. */
export function renderRecord({ account, sessionsOpenedAt }: AccountRecord) {
  const opened = [...sessionsOpenedAt].sort((a, b) => a - b)
  return {
    _id: account.id,
    createdAt: isoDate(account.createdAt),
    services: {
      password: empty,
      email: { verificationTokens: [] },
      resume: { loginTokens: opened.map((at) => ({ when: isoDate(at) })) },
    },
    username: account.username,
    emails: renderEmails(account),
    isAdmin: account.role === 'admin',
    profile: empty,
    loginDisabled: account.disabledAt !== null,
  }
}

/** The older half of the document shows `id`, the newer `_id`. */
export function renderCreated({ id }: Account) {
  return { _id: id, id }
}

export function renderListed({ id, username }: ListedAccount) {
  return { _id: id, username }
}

/**
 * The list as JSON, written as fast as it is read. The first page is there before the answer
 * begins, so that a database that is down is a failure and not a torn list.
 */
export async function streamListed(
  pages: AsyncGenerator<ListedAccount[]>,
): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder()
  const first = await pages.next()
  let isFirst = true
  return new ReadableStream<Uint8Array>(
    {
      // Reads only when somebody asks for more, so that no page waits in memory for a slow reader.
      async pull(controller) {
        const { done, value } = isFirst ? first : await pages.next()
        const opening = isFirst ? '[' : ''
        if (done) {
          controller.enqueue(encoder.encode(`${opening}]`))
          controller.close()
          return
        }
        const rows = value.map((row) => JSON.stringify(renderListed(row))).join(',')
        controller.enqueue(encoder.encode(`${opening || ','}${rows}`))
        isFirst = false
      },
      async cancel() {
        await pages.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}
