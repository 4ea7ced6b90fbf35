import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Account } from '../core/accounts'
import { pictureUrl } from '../core/picture-links'
import type { AppEnv } from '../http/dialect'
import type { Html } from '../http/page'
import { answerSection, type SectionPage } from '../http/page-sections'
import { type SectionPath, sections } from './places'

/** What the pages of an account share. */

const frame = {
  label: 'Your account',
  sections: [...sections, { path: '/sign-out', label: 'Sign out' }],
}

export function answerAccount(
  c: Context<AppEnv>,
  page: SectionPage & { readonly section: SectionPath },
): Response | Promise<Response> {
  return answerSection(c, frame, page)
}

export function displayName(account: Pick<Account, 'firstName' | 'lastName' | 'username'>): string {
  return `${account.firstName} ${account.lastName}`.trim() || account.username
}

/** The picture, or a letter where there is none. */
export async function avatar(
  c: Context<AppEnv>,
  account: Account,
  size: 'small' | 'large',
): Promise<Html> {
  const { core } = c.var
  const style = size === 'large' ? 'avatar large' : 'avatar'
  const url = await pictureUrl(core, account)
  if (url === null) {
    const [letter = '?'] = displayName(account)
    return html`<span class="${style}" aria-hidden="true">${letter.toUpperCase()}</span>`
  }
  // Without the origin, as pages may be asked for under another one, and show only what is theirs.
  return html`<img class="${style}" src="${url.slice(core.settings.origin.length)}" alt="Your picture" width="96" height="96">`
}
