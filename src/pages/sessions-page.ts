import { html } from 'hono/html'
import { endOtherSessions, endSessionsOf } from '../core/session-endings'
import { endSessionById, type ListedSession, listSessions } from '../core/session-list'
import { body } from '../http/body'
import { clearSessionCookie } from '../http/cookies'
import type { Html } from '../http/page'
import { describeDoor, describeUserAgent } from '../http/page-devices'
import { hidden } from '../http/page-parts'
import { buttonForm, goBack } from '../http/page-sections'
import { ago, day } from '../http/page-times'
import { createRoutes } from '../http/routing'
import { caller, session } from './callers'
import { answerAccount } from './layout'
import { SessionForm } from './requests'

/** Where somebody is signed in, each place to be signed out by itself, or all at once. */

const path = '/account/sessions'
/** So many are listed; who has more ends them together. */
const listedMax = 100

export const sessionsPage = createRoutes()

sessionsPage.get(path, caller, async (c) => {
  const { core } = c.var
  const sessions = await listSessions(core, c.var.caller)
  const own = sessions.filter(({ isCurrent }) => isCurrent)
  const others = sessions.filter(({ isCurrent }) => !isCurrent)
  const shown = [...own, ...others].slice(0, listedMax)
  const hiddenCount = sessions.length - shown.length
  const content = html`<section><h2>Signed in</h2>
<ul class="rows">${shown.map((one) => row(one, core.now))}</ul>
${hiddenCount > 0 ? html`<p class="hint">And ${hiddenCount} more, not used for longer.</p>` : ''}</section>
<section><h2>Something you do not know?</h2>
<p>Sign it out, then <a href="/account/security/password">change your password</a>.</p>
<div class="actions">${others.length > 0 ? buttonForm(`${path}/end-others`, 'Sign out all others') : ''}
${buttonForm(`${path}/end-all`, 'Sign out everywhere', { kind: 'danger' })}</div>
<p class="hint">Either also disconnects applications, until you allow them again.</p></section>`
  const done = { ended: 'It is signed out.', others: 'All others are signed out.' }
  return answerAccount(c, { section: path, title: 'Devices', content, done })
})

function row(listed: ListedSession, now: number): Html {
  const { id, userAgent, device, ipAddress, dialect, openedAt, seenAt, isCurrent } = listed
  const name = device?.name || describeUserAgent(userAgent)
  const end = isCurrent
    ? html`<a class="button" href="/sign-out">Sign out</a>`
    : buttonForm(`${path}/end`, 'Sign out', { fields: hidden('id', id), about: name })
  return html`<li><div class="row-text">
<strong title="${userAgent ?? ''}"><bdi>${name}</bdi></strong>
${isCurrent ? html`<span class="badge">This device</span>` : ''}
<small>${isCurrent ? 'In use now' : html`Last seen ${ago(seenAt, now)}`} · signed in ${day(openedAt)}</small>
<small>From ${ipAddress ?? 'an unknown address'} through ${describeDoor(dialect)}</small></div>
${end}</li>`
}

// An id that is nobody's, another's or over already: afterwards it is not in the list, which is what was asked.
sessionsPage.post(`${path}/end`, session, body(SessionForm), async (c) => {
  const { core, viewer } = c.var
  const { id } = c.req.valid('json')
  await endSessionById(core, viewer, id)
  if (id !== viewer.session.id) return goBack(c, path, 'ended')
  clearSessionCookie(c)
  return c.redirect('/sign-in?signed-out=1', 303)
})

sessionsPage.post(`${path}/end-others`, session, async (c) => {
  await endOtherSessions(c.var.core, c.var.viewer)
  return goBack(c, path, 'others')
})

sessionsPage.post(`${path}/end-all`, session, async (c) => {
  await endSessionsOf(c.var.core, c.var.viewer)
  clearSessionCookie(c)
  return c.redirect('/sign-in?signed-out=1', 303)
})
