import { newVisitor, submit, type Visitor } from '../pages/people'
import type { TestApp } from '../support/app'
import { type Browser, leadsTo } from '../support/browser'
import { change } from '../support/core'

/** Administrators at their pages. */

export async function newAdministrator(app: TestApp): Promise<Visitor> {
  const visitor = await newVisitor(app)
  await change("UPDATE accounts SET role = 'admin' WHERE id = ?", visitor.id)
  return visitor
}

export const pageOf = ({ id }: { id: string }) => `/administration/people/${id}`

/** Presses a button on the page of somebody, and gives what the next page says. */
export async function act(browser: Browser, person: { id: string }, word: string) {
  const page = pageOf(person)
  const answer = await submit(browser, page, {}, `${page}/${word}`)
  if (leadsTo(answer) !== `${page}?done=${word}`) throw new Error(answer.text)
  return browser.follow(answer)
}

/** What the cells of a page's tables say, row by row. */
export function rowsIn({ text }: { text: string }): string[][] {
  return [...text.matchAll(/<tr>([\s\S]*?)<\/tr>/g)]
    .map(([, row = '']) =>
      [...row.matchAll(/<td[^>]*>([\s\S]*?)<\/td>/g)].map(([, cell = '']) =>
        cell.replaceAll(/<[^>]*>/g, '').trim(),
      ),
    )
    .filter((cells) => cells.length > 0)
}
