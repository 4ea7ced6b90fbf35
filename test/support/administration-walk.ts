import { testApp } from './app'
import { newBrowser } from './browser'
import { change } from './core'
import { newApplication, newTokens } from './oauth'
import { newPerson } from './social'

/** Everything that administrators can do, once. */
export async function walkTheAdministration(settings: { readonly [name: string]: unknown }) {
  const app = testApp(settings)
  const [admin, person] = [await newPerson(app), await newPerson(app)]
  await change("UPDATE accounts SET role = 'admin' WHERE id = ?", admin.id)
  await newTokens(app, person, await newApplication())
  const browser = newBrowser(app, admin.cookies)
  const root = '/administration'
  const theirs = `${root}/people/${person.id}`
  const pages = [
    root,
    `${root}/people`,
    `${root}/people?before=${person.id}`,
    `${root}/people?q=pe`,
    `${root}/people?q=person`,
    theirs,
    `${root}/applications`,
    `${root}/audit`,
    `${root}/audit?before=${person.id}`,
  ]
  for (const path of pages) await browser.open(path)
  async function press(page: string, word: string, typed: { [name: string]: string } = {}) {
    const shown = await browser.open(page)
    const answer = await browser.send(shown, typed, { action: `${page}/${word}` })
    if (answer.status >= 400) throw new Error(`${page}/${word}: ${answer.status}`)
  }
  for (const word of ['end-sessions', 'reset', 'disable', 'enable', 'grant', 'revoke']) {
    await press(theirs, word)
  }
  await press(`${theirs}/delete`, 'confirm', { username: person.username })
  const clientId = `walked_${person.id}`
  await press(`${root}/applications`, 'add', { clientId, scopes: 'openid' })
  await press(`${root}/applications`, 'renew', { clientId })
  await press(`${root}/applications`, 'remove', { clientId })
}
