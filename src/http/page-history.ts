import { html } from 'hono/html'
import type { HistoryEntry } from '../core/login-history'
import type { Html } from './page'
import { describeDoor, describeUserAgent } from './page-devices'
import { table } from './page-sections'
import { moment } from './page-times'

/** Sign-ins and attempts, as the owner of an account and administrators see them. */

/** Why one failed, as far as there are words for it. */
const reasons: { readonly [reason: string]: string } = {
  wrong_password: 'wrong password',
  account_disabled: 'the account is disabled',
  email_not_confirmed: 'the address is not confirmed',
  second_factor_required: 'no code was given',
  second_factor_rejected: 'wrong code',
}

function outcome({ success, reason }: HistoryEntry): Html {
  const why = reasons[reason ?? '']
  return success
    ? html`Signed in`
    : html`<span class="error">Failed${why ? html`: ${why}` : ''}</span>`
}

export function historyTable(entries: readonly HistoryEntry[]): Html {
  return table(
    [
      { head: 'When', cell: ({ at }) => moment(at) },
      { head: 'What', cell: outcome },
      {
        head: 'Device',
        cell: ({ userAgent }) =>
          html`<span title="${userAgent ?? ''}">${describeUserAgent(userAgent)}</span>`,
      },
      {
        head: 'From',
        cell: ({ ipAddress, dialect }) => html`${ipAddress ?? 'unknown'}, ${describeDoor(dialect)}`,
      },
    ],
    entries,
    'There is nothing more.',
  )
}
