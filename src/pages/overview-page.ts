import { html } from 'hono/html'
import type { Account } from '../core/accounts'
import type { Html } from '../http/page'
import { day } from '../http/page-times'
import { createRoutes } from '../http/routing'
import { session } from './callers'
import { answerAccount, avatar, displayName } from './layout'

/** Who somebody is here, and what they should know. */

export const overviewPage = createRoutes()

overviewPage.get('/account', session, async (c) => {
  const { account } = c.var.viewer
  const content = html`${warnings(account)}
<section><h2>You</h2>
<div class="person">${await avatar(c, account, 'large')}<div>
<strong><bdi>${displayName(account)}</bdi></strong><br><span class="hint">${account.username}</span></div></div>
<dl class="facts">
<dt>E-mail</dt><dd>${account.email ?? 'None'}</dd>
<dt>Profile</dt><dd>${account.isPrivate ? 'Private' : 'Public'}</dd>
<dt>Followers</dt><dd>${account.followerCount}</dd>
<dt>Following</dt><dd>${account.followingCount}</dd>
<dt>With us since</dt><dd>${day(account.createdAt)}</dd>
</dl>
<p class="actions"><a class="button" href="/account/profile">Edit profile</a>
${account.role === 'admin' ? html`<a class="button" href="/administration">Administration</a>` : ''}</p></section>`
  return answerAccount(c, { section: '/account', title: 'Your account', content })
})

function warning(text: string, path: string, label: string): Html {
  return html`<div class="notice"><p>${text} <a href="${path}">${label}</a></p></div>`
}

function warnings(account: Account): readonly Html[] {
  const { email, emailVerifiedAt, secondFactor } = account
  const address = '/account/security/email'
  return [
    ...(email === null
      ? [warning('Without an e-mail address, a forgotten password is lost.', address, 'Add one')]
      : emailVerifiedAt === null
        ? [warning('Your e-mail address is not confirmed yet.', address, 'Confirm it')]
        : []),
    ...(secondFactor === null
      ? [
          warning(
            'Your password alone opens this account.',
            '/account/security',
            'Add a second factor',
          ),
        ]
      : []),
  ]
}
