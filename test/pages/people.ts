import { type Answer, newJar, type TestApp } from '../support/app'
import { type Browser, newBrowser } from '../support/browser'
import { newPerson, password, type TestPerson } from '../support/social'

/** People at the pages of their account, in browsers that run no script. */

export interface Visitor extends TestPerson {
  readonly browser: Browser
}

/** Somebody confirmed, who has just signed in. */
export async function newVisitor(app: TestApp): Promise<Visitor> {
  const person = await newPerson(app)
  return { ...person, browser: newBrowser(app, person.cookies) }
}

/** The same person in another browser. */
export async function anotherDevice(
  app: TestApp,
  { username }: { username: string },
  userAgent = 'test',
): Promise<Browser> {
  const cookies = newJar()
  await app.call('/social/user/login', { body: { username, password, userAgent }, cookies })
  return newBrowser(app, cookies)
}

/** Opens a page and sends one of its forms, as it is but for what is typed. */
export async function submit(
  browser: Browser,
  path: string,
  typed: { readonly [name: string]: string } = {},
  action = path,
): Promise<Answer> {
  return browser.send(await browser.open(path), typed, { action })
}

export async function isSignedIn(browser: Browser): Promise<boolean> {
  return (await browser.open('/account')).status === 200
}

export const pages = [
  '/account',
  '/account/profile',
  '/account/security',
  '/account/security/email',
  '/account/security/password',
  '/account/security/app',
  '/account/security/mail',
  '/account/security/off',
  '/account/sessions',
  '/account/applications',
  '/account/history',
  '/account/data',
  '/account/data/delete',
]

/** Where forms are sent, with fields that would do something, and the page that each belongs to. */
export const forms: readonly {
  readonly action: string
  readonly page: string
  readonly fields: { readonly [name: string]: string }
}[] = [
  {
    action: '/account/profile',
    page: '/account/profile',
    fields: {
      firstName: 'Eve',
      lastName: '',
      username: 'eve_was_here',
      pronouns: '',
      bio: '',
      organization: '',
      customLink: '',
    },
  },
  {
    action: '/account/profile/privacy',
    page: '/account/profile',
    fields: { isPrivate: 'on' },
  },
  { action: '/account/profile/picture/remove', page: '/account/profile', fields: {} },
  {
    action: '/account/security/email',
    page: '/account/security/email',
    fields: { email: 'eve@example.com' },
  },
  {
    action: '/account/security/email/confirm',
    page: '/account/security/email',
    fields: { code: 'aaaaa-bbbbb' },
  },
  { action: '/account/security/email/resend', page: '/account/security/email', fields: {} },
  {
    action: '/account/security/password',
    page: '/account/security/password',
    fields: { currentPassword: password, password: 'a password of eve' },
  },
  { action: '/account/security/app', page: '/account/security/app', fields: {} },
  {
    action: '/account/security/app/activate',
    page: '/account/security/app',
    fields: { code: '123456' },
  },
  { action: '/account/security/mail', page: '/account/security/mail', fields: {} },
  {
    action: '/account/security/mail/activate',
    page: '/account/security/mail',
    fields: { code: '123456' },
  },
  {
    action: '/account/security/off',
    page: '/account/security/off',
    fields: { code: '123456' },
  },
  { action: '/account/security/off/code', page: '/account/security/off', fields: {} },
  { action: '/account/sessions/end', page: '/account/sessions', fields: { id: 'some id' } },
  { action: '/account/sessions/end-others', page: '/account/sessions', fields: {} },
  { action: '/account/sessions/end-all', page: '/account/sessions', fields: {} },
  {
    action: '/account/applications/revoke',
    page: '/account/applications',
    fields: { clientId: 'some client' },
  },
  { action: '/account/data/export', page: '/account/data', fields: {} },
  {
    action: '/account/data/delete',
    page: '/account/data/delete',
    fields: { username: 'eve', currentPassword: password },
  },
]
