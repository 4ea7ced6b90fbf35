import {
  isNameMade,
  type NewAccount,
  prepareAccount,
  type Reason,
  renamed,
  type Terms,
} from './accounts'
import type { ReadRow } from './rows'
import { readNewcomer, type SourceName } from './sources'
import { type Found, insertStatements, lookupStatements } from './statements'

/** Moves people in, some thousands at a time, so that a file of any length takes little memory. */

export interface Database {
  /** Runs statements in their order, then SELECTs, and gives the rows of those. */
  run(statements: readonly string[], selects: readonly string[]): Promise<readonly Found[]>
}

export interface Outcome {
  readonly line: number
  readonly oldId: string | null
  readonly newId: string | null
  readonly username: string | null
  /** `left` is who was taken by an earlier run, and has deleted the account since. */
  readonly outcome: 'taken' | 'already_here' | 'left' | 'skipped'
  /** Why somebody is skipped; all reasons that the database has. */
  readonly reasons: readonly (Reason | Obstacle | 'unreadable')[]
  readonly notes: readonly string[]
}

export type Obstacle =
  | 'id_repeated'
  | 'username_taken'
  | 'username_held'
  | 'email_taken'
  | 'database'

interface Waiting {
  readonly line: number
  readonly oldId: string
  readonly account: NewAccount
  readonly tries: number
}

/** A run of wrangler takes seconds, however little it has to do. */
const chunkMax = 5000
const triesMax = 5

export interface Move {
  readonly source: SourceName
  readonly terms: Terms
  readonly database: Database
  /** Only says what would happen. */
  readonly isDry: boolean
}

/** What becomes of each row, some rows at a time, with how much of the file was read by then. */
export async function* moveIn(
  rows: AsyncIterable<ReadRow>,
  move: Move,
): AsyncGenerator<{ readonly progress: number; readonly outcomes: readonly Outcome[] }> {
  const { source, terms } = move
  const seen = new Set<string>()
  let chunk = new Map<string, Waiting>()
  let outcomes: Outcome[] = []
  let progress = 0

  async function settle() {
    const settled = await settleChunk([...chunk.values()], move, seen)
    const all = [...outcomes, ...settled.outcomes]
    const done = { progress, outcomes: all.sort((one, other) => one.line - other.line) }
    chunk = new Map(settled.again.map((one) => [one.account.origin, one]))
    outcomes = []
    return done
  }

  for await (const { line, row, progress: read } of rows) {
    progress = read
    if (row === null) {
      outcomes.push(skipped({ line, oldId: null }, ['unreadable']))
    } else {
      const person = readNewcomer(source, row, terms.now)
      const { account, reason } = await prepareAccount(person, terms)
      const oldId = person.oldId ?? ''
      if (!account) outcomes.push(skipped({ line, oldId: person.oldId }, [reason]))
      else if (chunk.has(account.origin)) outcomes.push(skipped({ line, oldId }, ['id_repeated']))
      else chunk.set(account.origin, { line, oldId, account, tries: 1 })
    }
    if (chunk.size >= chunkMax || outcomes.length >= chunkMax) yield await settle()
  }
  do yield await settle()
  while (chunk.size > 0)
}

function skipped(
  { line, oldId }: Pick<Outcome, 'line' | 'oldId'>,
  reasons: Outcome['reasons'],
): Outcome {
  return { line, oldId, newId: null, username: null, outcome: 'skipped', reasons, notes: [] }
}

async function settleChunk(waiting: readonly Waiting[], move: Move, seen: Set<string>) {
  const outcomes: Outcome[] = []
  const again: Waiting[] = []
  if (waiting.length === 0) return { outcomes, again }
  const { terms, database, isDry } = move
  const accounts = waiting.map(({ account }) => account)
  const statements = isDry ? [] : insertStatements(accounts, terms.now)
  const found = await database.run(statements, lookupStatements(accounts, terms.now))
  const byOrigin = new Map(found.map((one) => [one.origin, one]))
  for (const one of waiting) {
    const state = byOrigin.get(one.account.origin)
    const outcome = judge(one, state, isDry ? seen : null)
    const isNameAlone = outcome.reasons.length === 1 && outcome.reasons[0] === 'username_taken'
    if (isNameAlone && isNameMade(one.account) && one.tries < triesMax) {
      again.push({ ...one, account: renamed(one.account), tries: one.tries + 1 })
    } else outcomes.push(outcome)
  }
  return { outcomes, again }
}

/** `seen` holds the keys of those that a dry run would have taken. */
function judge(
  { line, oldId, account }: Waiting,
  state: Found | undefined,
  seen: Set<string> | null,
): Outcome {
  const { columns, notes } = account
  if (state?.isKnown) {
    const { id, username } = state
    const isMine = state.number === columns.number
    const outcome = isMine ? 'taken' : state.number === null ? 'left' : 'already_here'
    return { line, oldId, newId: id, username, outcome, reasons: [], notes: isMine ? notes : [] }
  }
  const keys = [`username ${columns.username_key}`, `email ${columns.email_key}`]
  const [isNameSeen, isEmailSeen] = keys.map((key) => seen?.has(key) ?? false)
  const reasons: Obstacle[] = [
    ...(state?.isUsernameTaken || isNameSeen ? (['username_taken'] as const) : []),
    ...(state?.isUsernameHeld ? (['username_held'] as const) : []),
    ...(state?.isEmailTaken || (isEmailSeen && columns.email !== null)
      ? (['email_taken'] as const)
      : []),
  ]
  if (reasons.length > 0) return skipped({ line, oldId }, reasons)
  if (!seen) return skipped({ line, oldId }, ['database'])
  for (const key of keys) seen.add(key)
  const { username } = columns
  return { line, oldId, newId: null, username, outcome: 'taken', reasons: [], notes }
}
