import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { resetHarness, setClock } from '../http/harness'
import { inspect } from './inspection'

/** Stories of people at a browser, each told twice: with scripts allowed, and without. */

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

let browser: Browser

beforeAll(async () => {
  const executablePath = process.env.CHROMIUM || '/usr/bin/chromium'
  browser = await chromium.launch({ executablePath, args })
})

afterAll(() => browser?.close())

export const phone = { width: 390, height: 844 }
export const desktop = { width: 1280, height: 800 }

export interface Visitor {
  /** One more tab of this person's browser. */
  tab(): Promise<Page>
  /** Looks closely at the page that is open; without scripts there is nothing to look with. */
  look(page: Page): Promise<void>
  /** Lets time pass on the server, and gives the time there, in milliseconds. */
  wait(seconds: number): Promise<number>
}

/** Somebody with a browser of their own, and what it complains about. */
export async function newVisitor(hasScript: boolean, viewport = hasScript ? desktop : phone) {
  const context = await browser.newContext({
    baseURL: inject('origin'),
    javaScriptEnabled: hasScript,
    viewport,
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(30_000)
  const complaints = collectComplaints(context)
  let laterSeconds = 0
  const visitor: Visitor = {
    tab: () => context.newPage(),
    async look(page) {
      if (hasScript) complaints.found.push(...(await inspect(page)))
    },
    async wait(seconds) {
      laterSeconds += seconds
      await setClock(laterSeconds)
      return Date.now() + laterSeconds * 1000
    },
  }
  return { visitor, context, complaints, close: () => context.close() }
}

/** What a browser complains about: blocked by a policy, not found, thrown. */
function collectComplaints(context: BrowserContext) {
  const found: string[] = []
  const loading: { url: string; text: string }[] = []
  const documents = new Set<string>()
  context.on('weberror', (error) => found.push(String(error.error())))
  context.on('response', (response) => {
    if (response.request().isNavigationRequest()) documents.add(response.url())
  })
  context.on('console', (message) => {
    const { url } = message.location()
    // What is wrong with a form for a password manager, Chromium says in passing.
    if (message.type() !== 'error' && !message.text().startsWith('[DOM]')) return
    if (message.text().startsWith('Failed to load resource')) {
      loading.push({ url, text: message.text() })
    } else {
      found.push(`${url}: ${message.text()}`)
    }
  })
  // A page that refuses a form says so by its status, which browsers call a failure.
  const all = () => [
    ...found,
    ...loading.filter(({ url }) => !documents.has(url)).map(({ url, text }) => `${url}: ${text}`),
  ]
  return { found, all }
}

/** Tells a story in both ways. Whatever a browser complains about on the way fails it. */
export function story(name: string, tell: (visitor: Visitor) => Promise<void>): void {
  test.each([
    ['', true],
    [', without scripts', false],
  ])(`${name}%s`, async (_, hasScript) => {
    await resetHarness()
    const { visitor, complaints, close } = await newVisitor(hasScript)
    try {
      await tell(visitor)
      expect(complaints.all()).toEqual([])
    } finally {
      await close()
    }
  })
}
