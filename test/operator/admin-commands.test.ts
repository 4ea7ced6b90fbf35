import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openAdmin } from '../http/admin'
import {
  isSignedIn,
  login,
  newPerson,
  register,
  resetHarness,
  runCron,
  signIn,
} from '../http/harness'

/** What the operator does from the shell to somebody, and what is kept of it. */

let shell: Awaited<ReturnType<typeof openAdmin>>
const admin = (...args: readonly string[]) => shell.run(...args)

beforeAll(async () => {
  await resetHarness()
  shell = await openAdmin()
  // The first account of a local database administers: it is somebody else.
  await register()
})
afterAll(() => shell?.close())

const actsOn = async (id: string) => {
  const sql = `SELECT actor_name AS actor, act FROM audit_entries WHERE subject_id = '${id}' ORDER BY id`
  return (await shell.database.execute(sql)) as { actor: string | null; act: string }[]
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
  expect(await shell.database.execute(held)).toHaveLength(1)
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

test('nobody with an unconfirmed address is made an administrator', async () => {
  const { id, username } = await newPerson()
  await shell.database.execute(`UPDATE accounts SET email_verified_at = NULL WHERE id = '${id}'`)
  expect(await admin('grant', username)).toEqual({
    code: 1,
    output: `${username} has not confirmed the address: whoever reads its mail would administer the database.`,
  })
  expect((await admin('show', username)).output).not.toContain('(administrator)')
  await shell.database.execute(
    `UPDATE accounts SET email = NULL, email_key = NULL WHERE id = '${id}'`,
  )
  expect((await admin('grant', username)).code).toBe(0)
  expect((await actsOn(id)).map(({ act }) => act)).toEqual(['administrator_granted'])
})

test('the files of somebody who is deleted are owed to cron', async () => {
  const { id, username } = await newPerson()
  await shell.database.execute(
    `UPDATE accounts SET picture_key = 'pictures/of-${id}' WHERE id = '${id}'`,
  )
  await admin('delete', id, '--yes')
  const owed = `SELECT 1 FROM outbox WHERE kind = 'objects' AND target = '["pictures/of-${id}"]'`
  expect(await shell.database.execute(owed)).toHaveLength(1)
  await runCron()
  expect(await shell.database.execute(owed)).toEqual([])
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
  const execute = vi.spyOn(shell.database, 'execute')
  await expect(admin(...args)).rejects.toThrow()
  expect(execute).not.toHaveBeenCalled()
  execute.mockRestore()
})

test('a webhook is listed, paused, goes on, gets again what it did not take, and is removed', async () => {
  const id = 'wh_0123456789abcdef01234567'
  const insert = `INSERT INTO webhooks (webhook_id, url, signing_secret, event_types, added_at)
    VALUES ('${id}', 'https://receiver.example/hook?key=1', 'sealed', '["account.created"]', 0)`
  const delivery = 'aaaaaaaaaaaaaaaaaaaaaaaa'
  const dead = `INSERT INTO webhook_deliveries (delivery_id, webhook_id, event_type, event_data, happened_at, due_at,
      given_up_at, last_problem) VALUES ('${delivery}', '${id}', 'account.created', '{"accountId":"1"}', 0, 0, 1, 'answers 500')`
  expect((await admin('webhook', 'list')).output).toBe('There are no webhooks in the database.')
  await shell.database.execute(`${insert}; ${dead}`)
  const { output } = await admin('webhook', 'list')
  expect(output).toContain(`${id}  https://receiver.example/hook?key=1`)
  expect(output).toContain('waiting  0, given up 1')
  expect(output).not.toContain('sealed')
  expect((await admin('webhook', 'dead-letters', id)).output).toContain('answers 500')
  // Whatever waits, looking and removing cost no more than so much.
  await shell.database.execute(`INSERT INTO webhook_deliveries (delivery_id, webhook_id, event_type, event_data, happened_at, due_at)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)
    SELECT 'waits ' || i, '${id}', 'account.created', '{"accountId":"1"}', 0, ${Date.now() * 2} FROM n`)
  expect((await admin('webhook', 'list')).output).toContain('waiting  1000 or more, given up 1')

  for (let i = 0; i < 2; i += 1) expect((await admin('webhook', 'pause', id)).code).toBe(0)
  expect((await admin('webhook', 'list')).output).toContain('paused since')
  expect((await admin('webhook', 'resume', id)).code).toBe(0)
  // The address is nobody's: nothing is to be sent there by another test's cron.
  await admin('webhook', 'pause', id)
  const again = () => admin('webhook', 'redeliver', id, '--delivery', delivery)
  expect(await again()).toEqual({ code: 0, output: '1 sent again within a minute.' })
  expect((await again()).code).toBe(1)
  expect((await admin('webhook', 'remove', id)).code).toBe(0)
  const left = `SELECT COUNT(*) AS n FROM webhook_deliveries WHERE webhook_id = '${id}'`
  expect(await shell.database.execute(left)).toEqual([{ n: 2 }])
  expect((await admin('webhook', 'list')).output).toBe('There are no webhooks in the database.')
  await runCron('17 * * * *')
  expect(await shell.database.execute(left)).toEqual([{ n: 0 }])
  for (const word of ['pause', 'resume', 'remove']) {
    expect(await admin('webhook', word, id)).toMatchObject({ code: 1 })
  }
  await expect(admin('webhook', 'remove', "x' OR 1=1 --")).rejects.toThrow('No id of that kind')
  expect((await actsOn(id)).map(({ act }) => act)).toEqual([
    'webhook_paused',
    'webhook_resumed',
    'webhook_paused',
    'webhook_redelivered',
    'webhook_removed',
  ])
})
