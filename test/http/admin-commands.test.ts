import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { unstable_splitSqlQuery as splitSql } from 'wrangler'
import { runAdmin } from '../../scripts/admin-commands.mjs'
import { openBindings } from '../../scripts/bindings.mjs'
import { isSignedIn, login, newPerson, resetHarness, runCron, signIn } from './harness'
import type { Ran } from './operator'

/** What the operator does from the shell to somebody, and what is kept of it. */

let place: Awaited<ReturnType<typeof openBindings>>
const database = {
  name: 'the database',
  async execute(sql: string) {
    const answers = await place.db.batch(splitSql(sql).map((one) => place.db.prepare(one)))
    return answers.flatMap(({ results }) => results)
  },
}

/** `npm run admin` without the wrangler that it starts each time, which takes seconds. */
async function admin(...args: readonly string[]): Promise<Ran> {
  const lines: string[] = []
  const spies = [vi.spyOn(console, 'log'), vi.spyOn(console, 'error')]
  for (const spy of spies) spy.mockImplementation((line: string) => void lines.push(line))
  try {
    const code = await runAdmin(args, () => database)
    return { code, output: lines.join('\n') }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

beforeAll(async () => {
  await resetHarness()
  place = await openBindings({ env: 'production', harness: true, 'persist-to': inject('state') })
})
afterAll(() => place?.close())

const actsOn = async (id: string) => {
  const sql = `SELECT actor_name AS actor, act FROM audit_entries WHERE subject_id = '${id}' ORDER BY id`
  return (await database.execute(sql)) as { actor: string | null; act: string }[]
}

test('somebody is found, looked at, closed, opened, signed out and deleted', async () => {
  const person = await newPerson()
  const { id, username } = person
  const done = (said: string) => ({ code: 0, output: `${username} ${said} in the database.` })
  for (const text of [username, username.slice(3), person.email.toUpperCase(), id]) {
    expect((await admin('find', text)).output).toContain(`${username}  ${id}  ${person.email}`)
  }
  expect((await admin('show', username)).output).toMatch(
    /sessions {7}1\n[\s\S]*signed in {2}\(social\)/,
  )

  expect(await admin('disable', username)).toEqual(done('is closed, and every session has ended'))
  await admin('disable', id)
  expect(await isSignedIn(person.cookies)).toBe(false)
  expect((await login(username, { from: person.home })).status).not.toBe(200)
  expect((await admin('find', username)).output).toContain('(closed ')
  expect(await admin('enable', username)).toEqual(done('is open'))
  const again = await signIn(person)
  expect(await isSignedIn(again)).toBe(true)
  await admin('end-sessions', username)
  expect(await isSignedIn(again)).toBe(false)
  await admin('grant', username)
  await admin('grant', username)
  expect((await admin('show', username)).output).toContain('(administrator)')
  await admin('revoke', username)

  const last = await signIn(person)
  await expect(admin('delete', username)).rejects.toThrow('--yes')
  expect(await isSignedIn(last)).toBe(true)
  expect(await admin('delete', username, '--yes')).toEqual(
    done('is deleted with everything in the account'),
  )
  expect(await isSignedIn(last)).toBe(false)
  expect(await admin('show', username)).toEqual({
    code: 1,
    output: `There is no account "${username}" in the database.`,
  })
  const held = `SELECT 1 FROM held_usernames WHERE username_key = '${username}'`
  expect(await database.execute(held)).toHaveLength(1)
  const acts = (await actsOn(id)).map(({ actor, act }) => [actor, act])
  expect(acts).toEqual([
    [null, 'account_disabled'],
    [null, 'account_enabled'],
    [null, 'sessions_ended'],
    [null, 'administrator_granted'],
    [null, 'administrator_revoked'],
    [null, 'account_deleted'],
  ])
  expect((await admin('audit')).output.split('\n')[0]).toContain(
    `the shell: account deleted  ${username} ${id}`,
  )
})

test('the files of somebody who is deleted are owed to cron', async () => {
  const { id, username } = await newPerson()
  await database.execute(`UPDATE accounts SET picture_key = 'pictures/of-${id}' WHERE id = '${id}'`)
  await admin('delete', id, '--yes')
  const owed = `SELECT 1 FROM outbox WHERE kind = 'objects' AND target = '["pictures/of-${id}"]'`
  expect(await database.execute(owed)).toHaveLength(1)
  await runCron()
  expect(await database.execute(owed)).toEqual([])
  expect((await admin('find', username)).output).toContain('There is nobody')
})

test('figures are those that cron counted', async () => {
  await newPerson()
  await runCron('17 * * * *')
  const today = new Date().toISOString().slice(0, 10)
  expect((await admin('figures')).output).toMatch(
    new RegExp(`\\n${today} +[1-9]\\d* +[1-9]\\d* +\\d+`),
  )
})

test.each([
  ['find', "x' OR 1=1 --"],
  ['find', 'a;b'],
  ['show', "a'b"],
  ['disable', 'a b'],
  ['delete', "x'; DELETE FROM accounts; --", '--yes'],
])('%s takes no %j', async (...args) => {
  const execute = vi.spyOn(database, 'execute')
  await expect(admin(...args)).rejects.toThrow()
  expect(execute).not.toHaveBeenCalled()
  execute.mockRestore()
})
