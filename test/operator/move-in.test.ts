import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import bcryptjs from 'bcryptjs'
import { afterAll, expect, inject, test } from 'vitest'
import { newAddress, send } from '../http/harness'
import { type Ran, runScript } from '../http/operator'

/** `npm run import` on the state of the running server, with a file as mongoexport writes it. */

const folder = mkdtempSync(join(tmpdir(), 'atrium-move-in-'))
afterAll(() => rmSync(folder, { recursive: true }))

function moveIn(...args: readonly string[]): Promise<Ran> {
  return runScript('import', ...args, '--harness', '--persist-to', inject('state'))
}

const run = Math.random().toString(36).slice(2, 8)
const password = 'the old password'
const bcrypt = bcryptjs.hashSync(createHash('sha256').update(password).digest('hex'), 10)

function wekanLine(name: string, more: object = {}): string {
  const username = `${name}_${run}`
  return JSON.stringify({
    _id: `id-${username}`,
    username,
    createdAt: { $date: '2021-05-01T12:00:00.000Z' },
    services: { password: { bcrypt } },
    emails: [{ address: `${username}@example.com`, verified: true }],
    profile: { fullname: "Ada O'Hara; --" },
    isAdmin: false,
    ...more,
  })
}

const lines = [
  wekanLine('ada'),
  wekanLine('grace', { username: 'login' }),
  '{"_id":',
  wekanLine('ADA', { _id: `other-${run}` }),
  ...Array.from({ length: 1200 }, (_, i) => wekanLine(`one_of_many_${i}`)),
]

const signIn = (username: string, tried: string) =>
  send('/users/login', { body: { username, password: tried }, from: newAddress() })

test('people move in beside a server that runs, once, and are told of line by line', async () => {
  const file = join(folder, 'users.json')
  writeFileSync(file, `${lines.join('\n')}\n`)
  const dry = await moveIn('--from', 'wekan', file, '--dry-run')
  expect(dry).toMatchObject({ code: 0 })
  expect(dry.output).toContain('1201 would be taken')
  expect((await signIn(`ada_${run}`, password)).status).toBe(401)

  const first = await moveIn('--from', 'wekan', file)
  expect(first.code, first.output).toBe(0)
  expect(first.output).toContain('1201 taken')
  expect(first.output).toContain('3 skipped')
  const report = readFileSync(`${file}.report.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(report).toHaveLength(lines.length)
  expect(report.slice(0, 4)).toMatchObject([
    {
      line: 1,
      oldId: `id-ada_${run}`,
      newId: expect.stringMatching(/^608d42c0/),
      outcome: 'taken',
    },
    { line: 2, reasons: ['username_reserved'] },
    { line: 3, reasons: ['unreadable'] },
    { line: 4, reasons: ['username_taken', 'email_taken'] },
  ])
  // It says who was where.
  expect(statSync(`${file}.report.jsonl`).mode & 0o077).toBe(0)

  expect((await signIn(`ada_${run}`, 'another password')).status).toBe(401)
  for (const name of [`ada_${run}`, `one_of_many_1199_${run}`]) {
    const signedIn = await signIn(name, password)
    expect(signedIn.status, signedIn.text).toBe(200)
  }

  const second = await moveIn('--from', 'wekan', file, '--report', join(folder, 'again'))
  expect(second.output).toContain('0 taken')
  expect(second.output).toContain('1201 already here')
  expect((await signIn(`ada_${run}`, password)).status).toBe(200)
}, 240_000)

test('calls that cannot be right are told before anything is done', async () => {
  const missing = join(folder, 'nothing')
  const wrong: [RegExp, ...string[]][] = [
    [/--from is one of wekan/, 'x.json'],
    [/--from is one of wekan/, '--from', 'nowhere', 'x.json'],
    [/There is no file/, '--from', 'wekan', missing],
    [/One file is needed/, '--from', 'wekan'],
    [/Unknown option/, '--from', 'wekan', 'x.json', '--force'],
  ]
  await Promise.all(
    wrong.map(async ([message, ...args]) => {
      const ran = await moveIn(...args)
      expect(ran.code, ran.output).toBe(2)
      expect(ran.output).toMatch(message)
    }),
  )
  expect(existsSync(`${missing}.report.jsonl`)).toBe(false)
}, 60_000)
