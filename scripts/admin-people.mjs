import { auditing, owing } from './admin-audit.mjs'

// What the operator does to somebody. Texts that are put into SQL have passed a check here.

const usernameHeldMs = 30 * 24 * 60 * 60 * 1000

/** Somebody by username or id, as a condition in SQL. */
function whose(person) {
  if (!/^[A-Za-z0-9_.-]{3,100}$/.test(person)) throw new Error(`No username or id: "${person}"`)
  const key = person.toLowerCase()
  return /^[0-9a-f]{24}$/.test(key) ? `id = '${key}'` : `username_key = '${key}'`
}

const endSessions = (is) => {
  const theirs = `account_number = (SELECT number FROM accounts WHERE ${is})`
  return [
    owing('forget', `SELECT token_hash AS key FROM sessions WHERE ${theirs}`),
    // By a trigger, what waits and what was consented to goes with the epoch.
    `UPDATE accounts SET epoch = epoch + 1 WHERE ${is}`,
    `DELETE FROM sessions WHERE ${theirs}`,
  ]
}

/** What can be done, by its command: where there is something to do, and the statements that do it. */
const acts = {
  disable: {
    act: 'account_disabled',
    isToDo: 'disabled_at IS NULL',
    statements: (is) => [
      `UPDATE accounts SET disabled_at = ${Date.now()}, updated_at = ${Date.now()} WHERE ${is}`,
      ...endSessions(is),
    ],
    said: 'is closed, and every session has ended',
  },
  enable: {
    act: 'account_enabled',
    isToDo: 'disabled_at IS NOT NULL',
    statements: (is) => [
      `UPDATE accounts SET disabled_at = NULL, updated_at = ${Date.now()} WHERE ${is}`,
    ],
    said: 'is open',
  },
  'end-sessions': {
    act: 'sessions_ended',
    isToDo: '1',
    statements: endSessions,
    said: 'is signed out everywhere, and every grant has ended',
  },
  grant: {
    act: 'administrator_granted',
    isToDo: "role <> 'admin'",
    // As `mayAdminister` in src/core/administrators.ts.
    mayBe: 'email IS NULL OR email_verified_at IS NOT NULL',
    refused: 'has not confirmed the address: whoever reads its mail would administer',
    statements: (is) => [
      `UPDATE accounts SET role = 'admin', updated_at = ${Date.now()} WHERE ${is}`,
    ],
    said: 'is now an administrator',
  },
  revoke: {
    act: 'administrator_revoked',
    isToDo: "role <> 'user'",
    statements: (is) => [
      `UPDATE accounts SET role = 'user', updated_at = ${Date.now()} WHERE ${is}`,
    ],
    said: 'is no administrator any more',
  },
  delete: {
    act: 'account_deleted',
    isToDo: '1',
    statements: (is) => {
      const number = `(SELECT number FROM accounts WHERE ${is})`
      return [
        `INSERT INTO held_usernames (username_key, held_until)
          SELECT username_key, ${Date.now() + usernameHeldMs} FROM accounts WHERE ${is}
          ON CONFLICT (username_key) DO UPDATE SET held_until = excluded.held_until`,
        owing('forget', `SELECT token_hash AS key FROM sessions WHERE account_number = ${number}`),
        owing(
          'objects',
          `SELECT object_key AS key FROM uploads WHERE account_number = ${number}
            UNION ALL SELECT picture_key FROM accounts WHERE ${is} AND picture_key IS NOT NULL`,
        ),
        `DELETE FROM accounts WHERE ${is}`,
      ]
    },
    said: 'is deleted with everything in the account',
  },
}

/** Done twice, the second changes nothing and is not kept. */
export async function actOn({ name: place, execute }, command, person) {
  const is = whose(person)
  const [account] = await execute(`SELECT username FROM accounts WHERE ${is}`)
  if (!account) {
    console.error(`There is no account "${person}" in ${place}.`)
    return 1
  }
  const { act, isToDo, mayBe = '1', refused, statements, said } = acts[command]
  const whom = `FROM accounts WHERE ${is} AND ${isToDo}`
  const [found] = await execute(`SELECT (${mayBe}) AS may_be ${whom}`)
  if (found && !found.may_be) {
    console.error(`${account.username} ${refused} ${place}.`)
    return 1
  }
  if (found) {
    await execute([auditing(act, `SELECT id, username ${whom}`), ...statements(is)].join('; '))
  }
  console.log(`${account.username} ${said} in ${place}.`)
  return 0
}

const time = (at) => (at === null ? 'never' : new Date(at).toISOString())

function describe({ username, id, email, role, disabled_at: disabledAt, created_at: createdAt }) {
  const marks = [
    ...(role === 'admin' ? ['administrator'] : []),
    ...(disabledAt === null ? [] : [`closed ${time(disabledAt)}`]),
  ]
  const said = marks.length > 0 ? `  (${marks.join(', ')})` : ''
  return `${username}  ${id}  ${email ?? 'no address'}  since ${time(createdAt)}${said}`
}

const foundMax = 25

/** By the whole or the beginning of a username or an address, or by a part of a name or username. */
export async function findPeople({ name: place, execute }, text) {
  if (!/^[\p{L}\p{M}\p{N}@._+ -]{2,100}$/u.test(text)) {
    throw new Error('What is looked for is 2 to 100 letters, digits, "@", ".", "_", "+" and "-".')
  }
  const key = text.toLowerCase()
  const begins = ['username_key', 'email_key'].map(
    (
      column,
    ) => `SELECT number FROM accounts WHERE ${column} >= '${key}' AND ${column} < '${key}\u{10ffff}'
      LIMIT ${foundMax}`,
  )
  const holds =
    Array.from(key).length < 3
      ? []
      : [`SELECT rowid FROM account_search WHERE account_search MATCH '"${key}"' LIMIT ${foundMax}`]
  const numbers = [...begins, ...holds].map((select) => `SELECT * FROM (${select})`)
  // What waits for the index goes in first, so that it finds everybody.
  const found = await execute(`DELETE FROM account_search_pending;
    SELECT username, id, email, role, disabled_at, created_at FROM accounts
    WHERE number IN (${numbers.join(' UNION ')}) OR id = '${key}' ORDER BY username_key LIMIT ${foundMax}`)
  if (found.length === 0) console.log(`There is nobody like "${text}" in ${place}.`)
  for (const account of found) console.log(describe(account))
  if (found.length === foundMax) console.log('There may be more: say more of the name.')
  return 0
}

export async function showPerson({ name: place, execute }, person) {
  const is = whose(person)
  const [account] = await execute(`SELECT *, (SELECT COUNT(*) FROM sessions
      WHERE account_number = number AND idle_expires_at > ${Date.now()}) AS sessions FROM accounts WHERE ${is}`)
  if (!account) {
    console.error(`There is no account "${person}" in ${place}.`)
    return 1
  }
  console.log(describe(account))
  console.log(`  name           ${`${account.first_name} ${account.last_name}`.trim()}`)
  console.log(`  number         ${account.number}`)
  console.log(
    `  address        ${account.email_verified_at === null ? 'not confirmed' : 'confirmed'}`,
  )
  console.log(`  second factor  ${account.second_factor ?? 'off'}`)
  console.log(`  sessions       ${account.sessions}`)
  console.log(`  signed in      ${time(account.logged_in_at)}`)
  const history = await execute(`SELECT at, success, reason, dialect FROM login_history
    WHERE account_number = ${account.number} ORDER BY at DESC LIMIT 10`)
  for (const { at, success, reason, dialect } of history) {
    console.log(`  ${time(at)}  ${success ? 'signed in' : `failed: ${reason}`}  (${dialect})`)
  }
  return 0
}
