import { expect } from 'vitest'
import { type Answer, type Call, newJar, type TestApp } from './app'
import { newPerson, password, type TestPerson } from './social'
import { sessionToken } from './social-answers'

/** People who look at each other through every door, and what their answers tell them. */

export interface Person extends TestPerson {
  /** The number by which `chat` knows them. */
  readonly number: number
  readonly bearer: { readonly Authorization: string }
  /** The cookie of `site`, from a sign-in of its own. */
  readonly siteCookies: ReturnType<typeof newJar>
}

export interface Entry {
  readonly _id: string
  readonly createdAt: string
}

export function audienceOf(app: TestApp) {
  async function person(): Promise<Person> {
    const made = await newPerson(app)
    const bearer = { Authorization: `Bearer ${sessionToken(made.cookies)}` }
    const siteCookies = newJar()
    const body = { username: made.username, password }
    await app.call('/site/user/auth', { body, cookies: siteCookies })
    expect(siteCookies.cookies.get('TOKEN')).toBeDefined()
    const me = await app.call('/chat/users/me', { headers: bearer })
    return { ...made, bearer, siteCookies, number: me.json.info.id }
  }

  /** A request of somebody by the cookie of `social`; of nobody, where it is null. */
  const as = (viewer: Person | null, path: string, call: Call = {}) =>
    app.call(`/social${path}`, { ...call, ...(viewer ? { cookies: viewer.cookies } : {}) })

  return {
    person,
    as,
    toward: (viewer: Person, verb: string, { id }: { readonly id: string }) =>
      as(viewer, `/user/${verb}`, { body: { target: id } }),
    makePrivate: (one: Person) => as(one, '/user/private', { body: { state: true } }),
    accept: (viewer: Person | null, request: string) =>
      as(viewer, '/user/follow-request', { method: 'PATCH', body: { request } }),
    decline: (viewer: Person | null, entry: string) =>
      as(viewer, '/user/follow-entry', { method: 'DELETE', body: { entry } }),
    entriesOf: async (viewer: Person, list: string): Promise<Entry[]> =>
      (await as(viewer, `/user/${list}`)).json.data.records,
  }
}

/** Everything of an answer that could tell something, without the names by which it was asked for. */
export function told({ status, headers, text }: Answer, ...names: readonly (string | number)[]) {
  const shown = [...headers].filter(([name]) => !/^(date|x-request-id)$/.test(name)).sort()
  const masked = names.reduce<string>((rest, name) => rest.replaceAll(String(name), '*'), text)
  return JSON.stringify([status, shown, masked])
}
