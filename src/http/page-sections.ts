import type { Context } from 'hono'
import { html } from 'hono/html'
import type { AppEnv } from './dialect'
import { answerPage, type Html } from './page'
import type { Refused } from './page-failures'
import { attributes, type ButtonKind, button, flash } from './page-parts'

/** Pages that belong together: the navigation beside them, what stands above them, and their forms. */

export interface Section {
  readonly path: string
  readonly label: string
}

export interface SectionPage {
  /** The path of the section where it belongs. */
  readonly section: string
  readonly title: string
  readonly content: Html
  /** What the address may say has just been done, by its word. */
  readonly done?: { readonly [word: string]: string }
  /** What was refused; it is said by the form that it is about. */
  readonly refused?: Refused | null | undefined
}

/** The text for `?done=`, from the page's own table: nothing that stands in an address is shown. */
function doneText(c: Context<AppEnv>, texts: SectionPage['done'] = {}): string | null {
  const word = c.req.query('done') ?? ''
  return Object.hasOwn(texts, word) ? (texts[word] ?? null) : null
}

/** `label` is what a screen reader calls the navigation. */
export function answerSection(
  c: Context<AppEnv>,
  { label, sections }: { label: string; sections: readonly Section[] },
  { section, title, content, done, refused }: SectionPage,
): Response | Promise<Response> {
  const items = sections.map(({ path: href, label }) => {
    const current = href === section ? (href === c.req.path ? 'page' : 'true') : null
    return html`<li><a${attributes({ href, 'aria-current': current })}>${label}</a></li>`
  })
  const isForm = c.req.method === 'POST'
  const all = html`<nav class="sections" aria-label="${label}"><ul>${items}</ul></nav>
<h1>${title}</h1>
${isForm ? '' : flash(doneText(c, done))}
${content}`
  return answerPage(c, { title, content: all, isWide: true }, refused?.status ?? 200)
}

/** After a form that did what it was for: a page that can be loaded again without doing it twice. */
export function goBack(c: Context<AppEnv>, page: string, done: string): Response {
  return c.redirect(`${page}?done=${done}`, 303)
}

/** A form that asks for nothing but a press of its button; `about` tells it from others like it. */
export function buttonForm(
  action: string,
  label: string,
  given: { kind?: ButtonKind; fields?: Html | ''; about?: string } = {},
): Html {
  const { kind = 'plain', fields = '', about } = given
  return html`<form method="post" action="${action}">${fields}${
    about === undefined
      ? button(label, kind)
      : html`<button class="button ${kind}" aria-label="${label}: ${about}">${label}</button>`
  }</form>`
}

export interface Column<Row> {
  readonly head: string
  cell(row: Row): Html | string | number
}

/** A table that becomes a list on a phone. */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  none = 'None.',
): Html {
  if (rows.length === 0) return html`<p>${none}</p>`
  const cells = (row: Row) =>
    columns.map(({ head, cell }) => html`<td data-label="${head}">${cell(row)}</td>`)
  return html`<table class="stack"><thead><tr>${columns.map(({ head }) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${cells(row)}</tr>`)}</tbody></table>`
}

/**
 * What a page shows of rows, newest first, that were read with one more than it takes; and its links, to the
 * older ones by the address of its last row, and to `newest` where this is not it.
 */
export function paged<Row>(
  rows: readonly Row[],
  size: number,
  older: (last: Row) => string,
  newest: string | null,
): { shown: readonly Row[]; links: Html } {
  const shown = rows.slice(0, size)
  const last = shown.at(-1)
  const back = newest === null ? '' : html`<a class="button" href="${newest}">Newest</a>`
  const on =
    last && rows.length > size
      ? html`<a class="button" rel="next" href="${older(last)}">Older</a>`
      : ''
  return { shown, links: html`<p class="actions">${back}${on}</p>` }
}
