import { Hono } from 'hono'
import { html } from 'hono/html'
import { type HistoryEntry, listLoginHistory } from '../core/login-history'
import { query } from '../http/body'
import type { AppEnv } from '../http/dialect'
import type { Html } from '../http/page'
import { caller } from './callers'
import { describeDoor, describeUserAgent } from './devices'
import { answerAccount } from './layout'
import { HistoryQuery } from './requests'
import { moment } from './times'

/** Who has signed in and who has tried, a page at a time. */

const path = '/account/history'
const entriesPerPage = 20

export const historyPage = new Hono<AppEnv>()

historyPage.get(path, caller, query(HistoryQuery), async (c) => {
  const { before } = c.req.valid('query')
  // One more than is shown tells whether there are older ones.
  const { entries } = await listLoginHistory(c.var.core, c.var.caller, {
    limit: entriesPerPage + 1,
    before: before === undefined ? null : { id: before },
  })
  const shown = entries.slice(0, entriesPerPage)
  const last = shown.at(-1)
  const older =
    last && entries.length > shown.length
      ? html`<a class="button" rel="next" href="${path}?before=${last.id}">Older</a>`
      : ''
  const newest = before === undefined ? '' : html`<a class="button" href="${path}">Newest</a>`
  const table =
    shown.length === 0
      ? html`<p>There is nothing more.</p>`
      : html`<table class="stack"><thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">Device</th><th scope="col">From</th></tr></thead>
<tbody>${shown.map(row)}</tbody></table>`
  const content = html`<section><p class="lead">Sign-ins to your account, and attempts that failed. Times are in UTC. If one that worked was not you, <a href="/account/security/password">change your password</a>.</p>
${table}<p class="actions">${newest}${older}</p></section>`
  return answerAccount(c, { section: path, title: 'History', content })
})

/** Why one failed, as far as there are words for it. */
const reasons: { readonly [reason: string]: string } = {
  wrong_password: 'wrong password',
  second_factor_required: 'no code was given',
  second_factor_rejected: 'wrong code',
}

function row({ at, success, reason, userAgent, ipAddress, dialect }: HistoryEntry): Html {
  const why = reasons[reason ?? '']
  const what = success
    ? html`Signed in`
    : html`<span class="error">Failed${why ? html`: ${why}` : ''}</span>`
  return html`<tr><td data-label="When">${moment(at)}</td><td data-label="What">${what}</td>
<td data-label="Device"><span title="${userAgent ?? ''}">${describeUserAgent(userAgent)}</span></td>
<td data-label="From">${ipAddress ?? 'unknown'}, ${describeDoor(dialect)}</td></tr>`
}
