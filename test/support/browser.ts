import { type Answer, type CookieJar, newJar, type TestApp } from './app'

/** A browser without scripts: it opens pages, fills their forms in as they are, and follows redirects. */

export interface Browser {
  readonly cookies: CookieJar
  /** Opens a page without following where it leads. */
  open(path: string, headers?: Headers): Promise<Answer>
  /** Sends the first form of a page, or the one with an action, with what was typed into its fields. */
  send(page: Answer, typed: Fields, how?: { action?: string; headers?: Headers }): Promise<Answer>
  /** Opens where an answer redirects to, on and on. */
  follow(answer: Answer): Promise<Answer>
}

type Fields = { readonly [name: string]: string }
type Headers = { readonly [name: string]: string }

const origin = 'https://atrium.test'
let browsers = 0

/** Each has an address of its own, so that what one does wrong is not counted against another. */
export function newBrowser(app: TestApp, cookies = newJar()): Browser {
  browsers += 1
  const own = { 'CF-Connecting-IP': `198.51.${browsers >> 8}.${browsers & 255}` }
  const browser: Browser = {
    cookies,
    open: (path, headers) => app.call(path, { cookies, headers: { ...own, ...headers } }),
    send(page, typed, { action, headers } = {}) {
      const form = formOf(page, action)
      const body = new URLSearchParams({ ...form.fields, ...typed }).toString()
      const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
      const sent = { method: 'POST', body, cookies, headers: { ...own, ...type, ...headers } }
      return app.call(form.action, sent)
    },
    async follow(answer) {
      const to = leadsTo(answer)
      return to === null || !to.startsWith('/') ? answer : browser.follow(await browser.open(to))
    },
  }
  return browser
}

/** Where an answer redirects to by a GET, as a path where it is one of ours; null for a page. */
export function leadsTo({ status, headers }: Answer): string | null {
  const to = headers.get('Location')
  if (to === null) return null
  if (status !== 303) throw new Error(`a redirect by ${status}, which may send the form again`)
  return to.startsWith(origin) ? to.slice(origin.length) : to
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}

function attributeOf(tag: string, name: string): string | null {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  return value === undefined ? null : unescapeHtml(value)
}

export function formOf(page: Answer, action?: string): { action: string; fields: Fields } {
  const forms = page.text.match(/<form\b[\s\S]*?<\/form>/g) ?? []
  const form = forms.find((each) => action === undefined || attributeOf(each, 'action') === action)
  if (form === undefined) throw new Error(`no form in: ${page.text}`)
  const tags = form.match(/<input\b[^>]*>/g) ?? []
  const isBox = (tag: string) => tag.includes('type="checkbox"')
  const inputs = tags
    .filter((tag) => !isBox(tag) || / checked\b/.test(tag))
    .map((tag) => [
      attributeOf(tag, 'name') ?? '',
      attributeOf(tag, 'value') ?? (isBox(tag) ? 'on' : ''),
    ])
  const areas = [...form.matchAll(/(<textarea\b[^>]*>)\n?([^<]*)/g)].map(
    ([, tag = '', text = '']) => [attributeOf(tag, 'name') ?? '', unescapeHtml(text)],
  )
  const choices = [...form.matchAll(/(<select\b[^>]*>)([\s\S]*?)<\/select>/g)].map(
    ([, tag = '', options = '']) => {
      const chosen = /<option\b[^>]* selected\b[^>]*>/.exec(options)?.[0] ?? ''
      return [attributeOf(tag, 'name') ?? '', attributeOf(chosen, 'value') ?? '']
    },
  )
  const fields = Object.fromEntries([...inputs, ...areas, ...choices])
  return { action: attributeOf(form, 'action') ?? '', fields }
}

/** What a page says above its form: what was wrong, or what is done. */
export function saidBy(page: Answer): string | null {
  const box = /<div class="(?:problem|flash)"[^>]*>([\s\S]*?)<\/div>/.exec(page.text)?.[1]
  return box === undefined ? null : unescapeHtml(box.replaceAll(/<[^>]*>/g, '').trim())
}

/** The attributes of a cookie that an answer sets, by its name or the beginning of it. */
export function cookieLine({ headers }: Answer, name: string): string | null {
  return headers.getSetCookie().find((line) => line.startsWith(name)) ?? null
}
