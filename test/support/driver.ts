import type { Answer, CookieJar, TestApp } from './app'

/**
 * What the contract suite asks of a dialect: how its clients do what every account system does.
 * A driver knows paths and words; what must hold, the suite knows. `null` in place of a function
 * is something that the dialect's document does not have.
 */

/** Somebody signed in. A driver keeps what its clients would keep; the suite passes it on unread. */
export interface DriverSession {
  readonly cookies: CookieJar
  /** The session's token: what `Authorization: Bearer` takes in every dialect. */
  readonly token: string
}

export interface Credentials {
  readonly username: string
  readonly email: string
  readonly password: string
  /** For registering where it is by invitation only. */
  readonly inviteCode?: string
}

/** One call from one address of the network, so that what one case does closes nothing for another. */
export interface From {
  readonly address: string
  /** The cookies of a device that was here before. */
  readonly cookies?: CookieJar
}

interface Answered {
  /** The answer as it was, for comparisons byte by byte. */
  readonly answer: Answer
}

export type SignIn = Answered &
  (
    | { readonly outcome: 'signed_in'; readonly session: DriverSession }
    | { readonly outcome: 'second_factor_required'; readonly pending: unknown }
    | { readonly outcome: 'refused' }
  )

export interface Done extends Answered {
  readonly isDone: boolean
}

export interface Seen extends Answered {
  /** What the account sees of itself; null when the session does not count. */
  readonly me: { readonly id: string; readonly username: string } | null
}

/** A request with a body that the dialect documents, to be broken in every way. */
export interface SampleRequest {
  readonly method: string
  readonly path: string
  readonly body: { readonly [field: string]: unknown }
}

export interface AccountDriver {
  readonly name: string
  /** Set where a registration has no place for an address. */
  readonly isWithoutAddress?: true
  /** Set where nobody chooses a username: the suite looks up which one was made up. */
  readonly makesUpNames?: true

  /** What the document says aloud that the others keep quiet; the suite pins each exception. */
  readonly reveals: {
    readonly unknownAddressAtReset: boolean
  }

  register(app: TestApp, who: Credentials, from: From): Promise<Done>
  /** By a mailed code, where the dialect has a way to say it. */
  confirm: ((app: TestApp, code: string, from: From) => Promise<Done>) | null
  signIn(app: TestApp, who: Credentials, from: From): Promise<SignIn>
  /** With what signIn() gave as `pending`. */
  completeSecondFactor(app: TestApp, pending: unknown, code: string, from: From): Promise<SignIn>
  me(app: TestApp, session: DriverSession): Promise<Seen>
  signOut(app: TestApp, session: DriverSession): Promise<Done>
  signOutEverywhere: ((app: TestApp, session: DriverSession) => Promise<Done>) | null

  requestReset: ((app: TestApp, email: string, from: From) => Promise<Done>) | null
  resetPassword:
    | ((app: TestApp, code: string, password: string, from: From) => Promise<Done>)
    | null
  changePassword:
    | ((app: TestApp, session: DriverSession, current: string, next: string) => Promise<Done>)
    | null
  switchSecondFactor:
    | ((app: TestApp, session: DriverSession, isOn: boolean, password: string) => Promise<Done>)
    | null

  /** The routes that take a body without asking who is there. */
  readonly samples: readonly SampleRequest[]
  /** A route that needs a session. */
  readonly guarded: {
    readonly method: string
    readonly path: string
    /** The status for nobody, where the document has another than 401. */
    readonly refusal?: number
  }
  /** Whether an answer is a refusal in this dialect's envelope. */
  isFailure(answer: Answer): boolean
}

/** What a driver has, or a plain word about what is missing: for the cases that skip without it. */
export function must<T>(given: T | null | undefined, what: string): T {
  if (given === null || given === undefined) throw new Error(`this dialect has no ${what}`)
  return given
}
