import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import { walkTheAdministration } from '../support/administration-walk'
import { testApp } from '../support/app'
import { rowsOf } from '../support/core'
import { walkTheApplications } from '../support/oauth-walk'
import { walkThePortfolios } from '../support/portfolio-walk'
import { walkTheSecondFactors } from '../support/second-factor-walk'
import { newPerson } from '../support/social'
import { walkTheAccounts, walkTheFiles, walkTheGraph } from '../support/walks'
import { walkTheWebhooks } from '../support/webhook-walk'

/**
 * The cost of a statement must not grow with the number of accounts: each one that is prepared
 * while everything is done once is explained by SQLite, and none may walk through a table.
 */

const statements = new Set<string>()

const recording = new Proxy(env.DB, {
  get(target, property) {
    const value = Reflect.get(target, property)
    if (typeof value !== 'function') return value
    return (...given: unknown[]) => {
      if (property === 'prepare') statements.add(String(given[0]))
      return Reflect.apply(value, target, given)
    }
  },
})

const tables =
  `accounts sessions codes challenges second_factors backup_codes throttles known_sources login_history
  outbox held_usernames follows blocks invite_codes uploads photos tags account_tags achievements
  referrals bookmarks clients signing_keys revoked_tokens consents
  authorization_codes refresh_tokens pushed_requests audit_entries hourly_figures webhooks
  webhook_deliveries`.split(/\s+/)

/**
 * Every row of something. What may be read whole is one row, the two or three keys that tokens are
 * signed with, the five webhooks, the fifteen that wait for an index, what a subquery with an end has left, a list in the statement itself,
 * or what an index of words has found.
 */
const scan =
  /^SCAN (?!(\d+ )?CONSTANT ROWS?$|system$|account_search_pending$|webhooks( USING (COVERING )?INDEX .*)?$|signing_keys USING INDEX |\(subquery-\d+\)$|(owed|matches|candidates|fitting|page)$|(tagged|named|ranged)(_is_whole)?$|(fresh|given|weight|json_each) VIRTUAL|account_search VIRTUAL TABLE INDEX 0:M)/
const sort = /^USE TEMP B-TREE FOR ORDER BY$/

/**
 * An application that comes or goes looks through the codes and pushed requests of a day: an index for
 * that would be paid for by every sign-in.
 */
const isRare = (sql: string) => /^(INSERT INTO|DELETE FROM) clients /.test(sql)

/** Lists without an end, of which a page is read. */
const isPage = (sql: string) =>
  /^select .* from "(follows|invite_codes|login_history|audit_entries)"/.test(sql)

async function planOf(sql: string): Promise<string[]> {
  const values = Array.from({ length: sql.split('?').length - 1 }, () => 1)
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all<{ detail: string }>()
  return results.map(({ detail }) => detail)
}

beforeAll(async () => {
  const settings = { DB: recording }
  await walkTheAccounts(settings)
  await walkTheSecondFactors(settings)
  await walkTheGraph(settings)
  await walkTheFiles(settings)
  await walkThePortfolios(settings)
  await walkTheApplications(settings)
  await walkTheWebhooks(settings)
  await walkTheAdministration(settings)
  const app = testApp({ DB: recording })
  const { cookies } = await newPerson(app)
  for (const path of ['/user/me', '/user/session-state', '/user/login-history']) {
    await app.call(path, { cookies })
  }
  app.offsetMs = 91 * 24 * 60 * 60 * 1000
  await app.cron('17 * * * *')
  app.offsetMs += 2 * 24 * 60 * 60 * 1000
  await app.cron('17 * * * *')
})

test('there are statements to look at, on every table', () => {
  expect(statements.size).toBeGreaterThan(60)
  const all = [...statements].join('\n')
  for (const table of tables) expect(all).toContain(table)
})

/** The statements of whose plan a step is like that, with those steps. */
async function planned(step: RegExp, statements: Iterable<string>): Promise<string[]> {
  const found: string[] = []
  for (const sql of statements) {
    const plan = await planOf(sql)
    const bad = plan.filter((one) => step.test(one))
    if (bad.length > 0) found.push(`${bad.join(', ')}: ${sql}`)
  }
  return found
}

// A range of an index, as the sweeps read it, is a SEARCH; "SCAN … USING INDEX" is the whole of it.
test('no statement walks through a table', async () => {
  const usual = [...statements].filter((sql) => !isRare(sql))
  expect(await planned(scan, usual)).toEqual([])
})

test('no page is sorted out of a whole list', async () => {
  const pages = [...statements].filter(isPage)
  expect(pages.length).toBeGreaterThan(10)
  expect(await planned(sort, pages)).toEqual([])
})

test('every reference to an account has an index, by which its deletion finds the rows', async () => {
  const made = await rowsOf<{ name: string; sql: string }>(
    "SELECT name, sql FROM sqlite_master WHERE type = 'table'",
  )
  const deletions = made.flatMap(({ name, sql }) =>
    [...sql.matchAll(/FOREIGN KEY \(`(\w+)`\) REFERENCES `accounts`/g)].map(
      ([, column]) => `DELETE FROM ${name} WHERE ${column} = ?`,
    ),
  )
  expect(deletions.length).toBeGreaterThan(10)
  expect(await planned(scan, deletions)).toEqual([])
})

/** The names of columns that a SELECT gives more than once. */
async function doubled(sql: string): Promise<string[]> {
  const values = Array.from({ length: sql.split('?').length - 1 }, () => '1')
  const [names = []] = await env.DB.prepare(sql)
    .bind(...values)
    .raw<string[]>({ columnNames: true })
  if (names.length === 0) throw new Error(`no columns: ${sql}`)
  return names.filter((name, i) => names.indexOf(name) < i)
}

// D1 hands a row over as an object, where a second column of the same name takes the place of the first.
test('no two columns that src/storage/select.ts reads share a name', async () => {
  const built = [...statements].filter((sql) => sql.startsWith('select '))
  expect(built.length).toBeGreaterThan(20)
  for (const sql of built) expect([sql, await doubled(sql)]).toEqual([sql, []])
})

test('the checks themselves find statements that do', async () => {
  const scanning = [
    'SELECT * FROM accounts WHERE first_name = ?',
    'DELETE FROM sessions WHERE device = ?',
    'SELECT * FROM invite_codes AS given WHERE given.made_at = ?',
    'SELECT * FROM account_search WHERE username = ?',
  ]
  expect(await planned(scan, scanning)).toHaveLength(scanning.length)
  const sorting = ['SELECT * FROM follows WHERE followed_number = ? ORDER BY entry_id']
  expect(await planned(sort, sorting)).toHaveLength(1)
  expect(await doubled('select id, number, id from accounts where id = ?')).toEqual(['id'])
})
