import { codeTo, newPerson, type Person, type Received, send, setClock } from './harness'

/** What the tables of mutations are made of. */

export interface Attempt {
  send(): Promise<Received>
  /** Nothing of the change is there; to be called after a refusal. */
  expectUndone(): Promise<void>
  /** All of the change is there. */
  expectDone(answer: Received): Promise<void>
}

export interface Mutation {
  readonly name: string
  /** Makes all that the request needs. Called once for each fault. */
  begin(): Promise<Attempt>
  /** Whether an answer says that the database does not, where that is not in the words of `social`. */
  isRefusal?(answer: Received): boolean
}

export const nothingElse = async () => undefined
export const patch = (body: unknown, cookies: Map<string, string>) =>
  send('/user/me', { method: 'PATCH', body, cookies: new Map(cookies) })
export const me = async (cookies: Map<string, string>) =>
  (await send('/user/me', { cookies: new Map(cookies) })).json.data.user

/** Somebody who is made at the first need and serves all cases of one mutation. */
export function shared(prepare: (person: Person) => Promise<unknown> = nothingElse) {
  let person: Promise<Person> | undefined
  return () => {
    person ??= newPerson().then(async (made) => {
      await prepare(made)
      return made
    })
    return person
  }
}

/** Most changes leave the person as they were for the next; the rest have somebody of their own. */
export const anybody = shared()

/** An hour later each time, so that no hourly quota ends a table of cases. */
export function hourly() {
  let hours = 0
  return () => {
    hours += 1.1
    return setClock(hours * 3600)
  }
}

/** Whether a reset code would count: the password is refused, and only after the code was looked at. */
export async function isResetCode(code: string): Promise<boolean> {
  const answer = await send('/user/reset-password', { body: { code, password: 'password' } })
  return answer.json.additionalInfo.errors[0].path === 'password'
}

export async function askForReset(person: Person): Promise<string> {
  await send('/user/code', { body: { email: person.email }, from: person.home })
  return codeTo(person.email)
}

export async function switchSecondFactor(person: Person, state: boolean) {
  await send('/user/2fa', { body: { state }, cookies: person.cookies })
}
