import type { NewAccount } from './accounts'

/**
 * The SQL of moving in. It goes to wrangler as text, so everything that is somebody's comes as JSON in
 * one literal, of which nothing but letters, digits and harmless marks is left: the rest is escaped as
 * JSON escapes it.
 */

/** D1 takes statements of 100,000 bytes; what is around the literal is far less than the difference. */
const literalLengthMax = 80_000

function literal(value: unknown): string {
  const escaped = JSON.stringify(value).replaceAll(
    /['`;/*-]|[^ -~]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `'${escaped}'`
}

/** The values in as many literals as they need, in their order. */
function literals(values: readonly unknown[]): string[] {
  const found: string[] = []
  let group: unknown[] = []
  let length = 0
  for (const value of values) {
    const added = literal(value).length
    if (length + added > literalLengthMax) {
      found.push(literal(group))
      ;[group, length] = [[], 0]
    }
    group.push(value)
    length += added
  }
  return group.length === 0 ? found : [...found, literal(group)]
}

/** So long that none is drawn twice among however many come at once. */
const drawnCode = 'lower(hex(randomblob(8)))'

/** Makes the accounts that are new and free. Made again, it changes nothing. */
export function insertStatements(accounts: readonly NewAccount[], now: number): string[] {
  const [first] = accounts
  if (!first) return []
  const names = Object.keys(first.columns)
  const usernameAt = names.indexOf('username_key')
  const rows = accounts.map(({ origin, columns }) => [...Object.values(columns), origin])
  const pairs = accounts.map(({ origin, columns }) => [columns.number, origin])
  return [
    ...literals(rows).map(
      (given) => `INSERT INTO accounts (${names.join(', ')}, referral_code)
        SELECT ${names.map((_, i) => `value ->> ${i}`).join(', ')}, ${drawnCode} FROM json_each(${given})
        WHERE NOT EXISTS (SELECT 1 FROM moved_in WHERE origin = value ->> ${names.length})
          AND NOT EXISTS (SELECT 1 FROM held_usernames
            WHERE username_key = value ->> ${usernameAt} AND held_until > ${now})
        ON CONFLICT DO NOTHING`,
    ),
    ...literals(pairs).map(
      (given) => `INSERT INTO moved_in (origin, account_number, moved_in_at)
        SELECT value ->> 1, value ->> 0, ${now} FROM json_each(${given})
        WHERE EXISTS (SELECT 1 FROM accounts WHERE number = value ->> 0) ON CONFLICT DO NOTHING`,
    ),
  ]
}

export interface Found {
  readonly origin: string
  /** The account that they have now; null for somebody who has left since, or was never here. */
  readonly number: number | null
  readonly id: string | null
  readonly username: string | null
  readonly isKnown: 0 | 1
  readonly isUsernameTaken: 0 | 1
  readonly isUsernameHeld: 0 | 1
  readonly isEmailTaken: 0 | 1
}

/** SELECTs of `Found`, that tell of each account whether it is here, and else what is in its way. */
export function lookupStatements(accounts: readonly NewAccount[], now: number): string[] {
  const keys = accounts.map(({ origin, columns }) => [
    origin,
    columns.username_key,
    columns.email_key,
  ])
  return literals(keys).map(
    (
      given,
    ) => `SELECT given.value ->> 0 AS origin, number, accounts.id, username, moved_in.origin IS NOT NULL AS isKnown,
      EXISTS (SELECT 1 FROM accounts WHERE username_key = given.value ->> 1) AS isUsernameTaken,
      EXISTS (SELECT 1 FROM held_usernames
        WHERE username_key = given.value ->> 1 AND held_until > ${now}) AS isUsernameHeld,
      EXISTS (SELECT 1 FROM accounts WHERE email_key = given.value ->> 2) AS isEmailTaken
    FROM json_each(${given}) AS given
      LEFT JOIN moved_in ON moved_in.origin = given.value ->> 0
      LEFT JOIN accounts ON number = account_number`,
  )
}
