import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { arrive } from './people'

/** The API reference as somebody uses it who tries calls there. */

export interface Called {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of any shape
  readonly body: any
}

export interface Docs {
  /** Sends an operation as it is shown, with these changes to the example body or other parameters. */
  call(operationId: string, changed?: Changed): Promise<Called>
  /** Puts credentials of a kind into "Authorize". */
  authorize(kind: 'basic' | 'bearer', given: { readonly [field: string]: string }): Promise<void>
}

interface Changed {
  /** The example to begin with, if it is not the first one. */
  readonly example?: string
  readonly body?: object
  readonly parameters?: { readonly [name: string]: string }
}

/** Comes to `/docs` and chooses an API there. */
export async function openDocs(page: Page, api: string): Promise<Docs> {
  await page.goto('/docs')
  const link = page.getByRole('navigation').getByRole('link', { name: api, exact: true })
  await arrive(page, () => link.click())
  await page.locator('.opblock').first().waitFor()
  expect(await page.getByRole('heading', { level: 1, name: 'Atrium' }).count()).toBe(1)
  return {
    call: (operationId, changed = {}) => call(page, operationId, changed),
    authorize: (kind, given) => authorize(page, kind, given),
  }
}

async function call(page: Page, operationId: string, { example, body, parameters = {} }: Changed) {
  const operation = page.locator(`.opblock[id$="-${operationId}"]`)
  if (!(await operation.getByRole('button', { name: 'Execute' }).isVisible())) {
    await operation.locator('.opblock-summary-control').click()
  }
  for (const [name, value] of Object.entries(parameters)) {
    await operation.locator(`tr[data-param-name="${name}"] input`).fill(value)
  }
  if (example) {
    const examples = operation.locator('.opblock-section-request-body select')
    await examples.filter({ hasText: example }).selectOption(example)
  }
  if (body) await changeBody(operation.locator('textarea.body-param__text'), body)
  const [response] = await Promise.all([
    page.waitForResponse((one) => one.request().method() !== 'OPTIONS'),
    operation.getByRole('button', { name: 'Execute' }).click(),
  ])
  const shown = operation.locator('.live-responses-table .response-col_status').last()
  await shown.waitFor()
  // What is shown is what was answered.
  expect(await shown.textContent()).toContain(String(response.status()))
  return { status: response.status(), body: await response.json() }
}

async function changeBody(field: Locator, changes: object): Promise<void> {
  const example: object = JSON.parse(await field.inputValue())
  await field.fill(JSON.stringify({ ...example, ...changes }))
}

async function authorize(page: Page, kind: string, given: { readonly [field: string]: string }) {
  await page.getByRole('button', { name: 'Authorize', exact: true }).click()
  const form = page
    .locator('.auth-container')
    .filter({ has: page.locator(`[id^="auth-${kind}-"]`) })
  for (const [field, value] of Object.entries(given)) {
    await form.locator(`#auth-${kind}-${field}`).fill(value)
  }
  await form.getByRole('button', { name: 'Apply credentials' }).click()
  await page.locator('.dialog-ux .close-modal').click()
}
