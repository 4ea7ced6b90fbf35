import type { Context } from 'hono'
import { html } from 'hono/html'
import { type AccountFile, getAccountFile } from '../core/account-records'
import { endSessionsOf, mailReset, setDisabled, setRole } from '../core/administration'
import type { Core } from '../core/context'
import type { ListedSession } from '../core/session-list'
import type { Viewer } from '../core/sessions'
import { clientOf } from '../http/client'
import type { AppEnv } from '../http/dialect'
import type { Html } from '../http/page'
import { describeDoor, describeUserAgent } from '../http/page-devices'
import { explain, type Refused } from '../http/page-failures'
import { historyTable } from '../http/page-history'
import { problem } from '../http/page-parts'
import { buttonForm, goBack, table } from '../http/page-sections'
import { ago, day, moment } from '../http/page-times'
import { createRoutes } from '../http/routing'
import { shield } from '../http/shield'
import { caller, recent, session } from './callers'
import { actsTable, answerAdministration } from './layout'

/** Somebody as administrators see them, and what they may do to them. */

const section = '/administration/people'
const rowsShown = 20

interface Act {
  readonly label: string
  readonly done: string
  readonly kind?: 'danger'
  /** Whether there is anything to do. */
  isOffered(file: AccountFile): boolean
  run(core: Core, viewer: Viewer, accountId: string, c: Context<AppEnv>): Promise<void>
}

/** By the last word of the address that its form is sent to. */
const acts: { readonly [word: string]: Act } = {
  'end-sessions': {
    label: 'Sign out everywhere',
    done: 'Every session and grant has ended.',
    isOffered: ({ sessions, applications }) => sessions.length + applications.length > 0,
    run: endSessionsOf,
  },
  reset: {
    label: 'Mail a code for a new password',
    done: 'The code is mailed.',
    isOffered: ({ account }) => account.email !== null && account.disabledAt === null,
    run: (core, viewer, id, c) => mailReset(core, viewer, id, clientOf(c, 'web')),
  },
  disable: {
    label: 'Close account',
    done: 'The account is closed, and every session has ended.',
    kind: 'danger',
    isOffered: ({ account }) => account.disabledAt === null,
    run: (core, viewer, accountId) => setDisabled(core, viewer, { accountId, isDisabled: true }),
  },
  enable: {
    label: 'Open account',
    done: 'The account is open again.',
    isOffered: ({ account }) => account.disabledAt !== null,
    run: (core, viewer, accountId) => setDisabled(core, viewer, { accountId, isDisabled: false }),
  },
  grant: {
    label: 'Make administrator',
    done: 'This is an administrator now.',
    isOffered: ({ account }) => account.role === 'user',
    run: (core, viewer, accountId) => setRole(core, viewer, { accountId, role: 'admin' }),
  },
  revoke: {
    label: 'Make ordinary account',
    done: 'This is an ordinary account now.',
    isOffered: ({ account }) => account.role === 'admin',
    run: (core, viewer, accountId) => setRole(core, viewer, { accountId, role: 'user' }),
  },
}
const done = Object.fromEntries(Object.entries(acts).map(([word, act]) => [word, act.done]))

export const personPage = createRoutes()

personPage.get(`${section}/:id`, caller, (c) => answerPerson(c, c.req.param('id')))

for (const [word, act] of Object.entries(acts)) {
  personPage.post(`${section}/:id/${word}`, shield, session, recent, async (c) => {
    const id = c.req.param('id')
    try {
      await act.run(c.var.core, c.var.viewer, id, c)
    } catch (error) {
      return answerPerson(c, id, explain(c, error))
    }
    return goBack(c, `${section}/${id}`, word)
  })
}

async function answerPerson(c: Context<AppEnv>, id: string, refused?: Refused): Promise<Response> {
  const { core } = c.var
  const file = await getAccountFile(core, c.var.caller, { id, limit: rowsShown })
  const path = `${section}/${id}`
  const { account, viewer, sessions, applications } = file
  const offered = Object.entries(acts).filter(([, act]) => act.isOffered(file))
  const isSelf = account.id === viewer.account.id
  const content = html`<section>${problem(refused?.text ?? null)}${facts(file)}</section>
<section><h2>What you can do</h2>${
    isSelf
      ? html`<p>This is you: your own account is <a href="/account">elsewhere</a>.</p>`
      : html`<div class="actions">${offered.map(([word, act]) => buttonForm(`${path}/${word}`, act.label, act))}
<a class="button danger" href="${path}/delete">Delete account</a></div>`
  }</section>
<section><h2>Signed in</h2>${sessionsTable(sessions.slice(0, rowsShown), core.now)}
${sessions.length > rowsShown ? html`<p class="hint">And ${sessions.length - rowsShown} more.</p>` : ''}</section>
<section><h2>Applications</h2>${table(
    [
      { head: 'Name', cell: ({ name }) => html`<bdi>${name}</bdi>` },
      { head: 'May', cell: (one) => one.scopes.join(', ') },
      { head: 'Since', cell: ({ since }) => day(since) },
    ],
    applications,
  )}</section>
<section><h2>Last sign-ins</h2>${historyTable(file.history)}</section>
<section><h2>What administrators did</h2>${actsTable(file.acts)}</section>`
  return answerAdministration(c, { section, title: account.username, content, done, refused })
}

const factors = { app: 'an authenticator app', email: 'mailed codes' } as const

function facts({ account, pendingEmail, hasPassword }: AccountFile): Html {
  const { email, emailVerifiedAt, disabledAt, loggedInAt, secondFactor } = account
  const confirmed = emailVerifiedAt === null ? 'not confirmed' : 'confirmed'
  const pairs: readonly (readonly [string, Html | string | number])[] = [
    ['State', disabledAt === null ? 'Open' : html`Closed ${moment(disabledAt)}`],
    ['Role', account.role === 'admin' ? 'Administrator' : 'Ordinary account'],
    ['Name', html`<bdi>${account.firstName} ${account.lastName}</bdi>`],
    ['E-mail', email === null ? 'None' : html`<bdi>${email}</bdi>, ${confirmed}`],
    ...(pendingEmail === null || pendingEmail === email
      ? []
      : [['To be confirmed', html`<bdi>${pendingEmail}</bdi>`] as const]),
    ['Password', hasPassword ? 'Yes' : 'None'],
    ['Second factor', secondFactor === null ? 'Off' : factors[secondFactor]],
    ['Profile', account.isPrivate ? 'Private' : 'Public'],
    ['Since', moment(account.createdAt)],
    ['Signed in last', loggedInAt === null ? 'Never' : moment(loggedInAt)],
    ['Id', html`<code>${account.id}</code>`],
    ['Number', account.number],
  ]
  return html`<dl class="facts">${pairs.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`
}

function sessionsTable(sessions: readonly ListedSession[], now: number): Html {
  return table<ListedSession>(
    [
      {
        head: 'Device',
        cell: ({ device, userAgent }) =>
          html`<bdi>${device?.name || describeUserAgent(userAgent)}</bdi>`,
      },
      {
        head: 'From',
        cell: ({ ipAddress, dialect }) => html`${ipAddress ?? 'unknown'}, ${describeDoor(dialect)}`,
      },
      { head: 'Seen', cell: ({ seenAt }) => ago(seenAt, now) },
      { head: 'Since', cell: ({ openedAt }) => day(openedAt) },
    ],
    sessions,
  )
}
