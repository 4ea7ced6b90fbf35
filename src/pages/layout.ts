import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Account } from '../core/accounts'
import { pictureUrl } from '../core/picture-links'
import type { AppEnv } from '../http/dialect'
import { answerPage, type Html } from '../http/page'
import type { Refused } from '../http/page-failures'
import { attributes, button, flash } from '../http/page-parts'
import { type SectionPath, sections } from './places'

/** What the pages of an account share: the navigation beside them, and what stands above them. */

export interface AccountPage {
  readonly section: SectionPath
  readonly title: string
  readonly content: Html
  /** What the address may say has just been done, by its word. */
  readonly done?: { readonly [word: string]: string }
  /** What was refused; it is said by the form that it is about. */
  readonly refused?: Refused | null | undefined
}

/** `section` is where the page at `path` belongs. */
function navigation(section: SectionPath, path: string): Html {
  const items = sections.map(({ path: href, label }) => {
    const current = href === section ? (href === path ? 'page' : 'true') : null
    return html`<li><a${attributes({ href, 'aria-current': current })}>${label}</a></li>`
  })
  return html`<nav class="sections" aria-label="Your account"><ul>${items}<li><a href="/sign-out">Sign out</a></li></ul></nav>`
}

/** The text for `?done=`, from the page's own table: nothing that stands in an address is shown. */
function doneText(c: Context<AppEnv>, texts: AccountPage['done'] = {}): string | null {
  const word = c.req.query('done') ?? ''
  return Object.hasOwn(texts, word) ? (texts[word] ?? null) : null
}

export function answerAccount(c: Context<AppEnv>, page: AccountPage): Response | Promise<Response> {
  const { section, title, refused } = page
  const isForm = c.req.method === 'POST'
  const content = html`${navigation(section, c.req.path)}
<h1>${title}</h1>
${isForm ? '' : flash(doneText(c, page.done))}
${page.content}`
  return answerPage(c, { title, content, isWide: true }, refused?.status ?? 200)
}

/** After a form that did what it was for: a page that can be loaded again without doing it twice. */
export function goBack(c: Context<AppEnv>, page: string, done: string): Response {
  return c.redirect(`${page}?done=${done}`, 303)
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

/** A form that asks for nothing but a press of its button; `about` tells it from others like it. */
export function buttonForm(
  action: string,
  label: string,
  given: {
    kind?: 'primary' | 'danger' | 'plain' | 'link'
    fields?: Html | ''
    about?: string
  } = {},
): Html {
  const { kind = 'plain', fields = '', about } = given
  return html`<form method="post" action="${action}">${fields}${
    about === undefined
      ? button(label, kind)
      : html`<button class="button ${kind}" aria-label="${label}: ${about}">${label}</button>`
  }</form>`
}
