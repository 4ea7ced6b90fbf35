import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { root } from '../support/sources'

/** Whether a page can be used by everybody: looked at by axe on a phone and a desk, by day and by night. */

const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8')
/** A folder, for whoever wants to look at the pages too. */
const screenshots = process.env.SCREENSHOTS

const sizes = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 800 },
} as const
const schemes = ['light', 'dark'] as const

const seen = new Set<string>()

/** What is wrong with the page that is open. A page in a state that was looked at before is not again. */
export async function inspect(page: Page): Promise<string[]> {
  const name = await nameOf(page)
  if (seen.has(name)) return []
  seen.add(name)
  const before = page.viewportSize()
  const problems: string[] = []
  await page.evaluate(axe)
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of schemes) {
      await page.setViewportSize(viewport)
      await page.emulateMedia({ colorScheme })
      const found = [...(await violations(page)), ...(await overflow(page))]
      problems.push(...found.map((problem) => `${name} (${size}, ${colorScheme}): ${problem}`))
      if (screenshots) await keepScreenshot(page, `${size}-${colorScheme}`)
    }
  }
  await page.emulateMedia({ colorScheme: null })
  if (before) await page.setViewportSize(before)
  return problems
}

/** The path, and what was said on it: a refused form is a page of its own. */
async function nameOf(page: Page): Promise<string> {
  const said = await page.locator('h1, h2, .problem, .flash').allTextContents()
  return `${new URL(page.url()).pathname} ${said.join(' ').replace(/\s+/g, ' ').trim()}`
}

interface Violation {
  readonly id: string
  readonly impact: string
  readonly targets: string
}

async function violations(page: Page): Promise<string[]> {
  const found: Violation[] = await page.evaluate(`axe.run(document).then(({ violations }) =>
    violations.map(({ id, impact, nodes }) => ({
      id, impact, targets: nodes.map(({ html }) => html).join(' '),
    })))`)
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, targets }) => `${impact}: ${id}: ${targets}`)
}

async function overflow(page: Page): Promise<string[]> {
  const isWider: boolean = await page.evaluate(
    'document.documentElement.scrollWidth > document.documentElement.clientWidth',
  )
  return isWider ? ['it scrolls sideways'] : []
}

async function keepScreenshot(page: Page, variant: string): Promise<void> {
  const folder = join(screenshots ?? '', variant)
  mkdirSync(folder, { recursive: true })
  const place = new URL(page.url()).pathname.replaceAll('/', '.')
  const file = `${String(seen.size).padStart(2, '0')}${place}.png`
  await page.screenshot({ path: join(folder, file), fullPage: true })
}
