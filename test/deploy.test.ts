import { createHash } from 'node:crypto'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { unstable_readConfig as readConfig } from 'wrangler'
import { deploy } from '../scripts/deploy-steps.mjs'
import { type FakeAccount, fakeAccount } from './support/fake-account'
import { root } from './support/sources'

/** `npm run deploy` against an account that is not there; what only Cloudflare can say is not tried. */

let folder = ''
let config = ''
let account: FakeAccount
const original = readFileSync(join(root, 'wrangler.toml'), 'utf8')
const written = () => readFileSync(config, 'utf8')

const settings = {
  origin: 'https://atrium.somebody.workers.dev',
  mailFrom: 'Somebody <accounts@somebody.test>',
}

const run = (options: Partial<Parameters<typeof deploy>[0]> = {}) =>
  deploy({ environment: 'production', isDryRun: false, config, ...options }, account.world)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium-deploy-'))
  config = join(folder, 'wrangler.toml')
  copyFileSync(join(root, 'wrangler.toml'), config)
  account = fakeAccount()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const tableOf = (text: string, header: string) => {
  const [, after = ''] = text.split(`${header}\n`)
  return after.split('\n[')[0] ?? ''
}

test.each([undefined, 'staging'])('no address is kept with who was looked for in it: %s', (env) => {
  const { observability } = readConfig({ config, env })
  expect(observability?.logs).toEqual({ enabled: true, invocation_logs: false })
})

describe('the first time', () => {
  test('makes everything in an order in which each finds what it needs', async () => {
    await run(settings)
    expect(account.changes().map((command) => command.replace(/'[\w-]{43}', \d+/, '…'))).toEqual([
      'd1 create atrium',
      'kv namespace create atrium',
      'r2 bucket create atrium',
      'd1 migrations apply DB --remote --env ',
      'secret put PEPPER_1 --env ',
      'secret put APP_KEY_1 --env ',
      'deploy --env ',
      'd1 execute DB --remote --yes --json --command INSERT INTO deployment_checks (token_hash, expires_at) VALUES (…) --env ',
    ])
  })

  test('writes the ids and the settings, and leaves all else as it was', async () => {
    await run(settings)
    const text = written()
    expect(tableOf(text, '[[d1_databases]]')).toMatch(/\ndatabase_id = "database-\d+"\n/)
    expect(tableOf(text, '[[kv_namespaces]]')).toMatch(/^binding = "KV"\nid = "namespace-\d+"\n/)
    expect(tableOf(text, '[vars]')).toContain(`ORIGIN = "${settings.origin}"`)
    expect(tableOf(text, '[vars]')).toContain(`MAIL_FROM = "${settings.mailFrom}"`)
    const kept = new Set(text.split('\n'))
    const lost = original.split('\n').filter((line) => !kept.has(line))
    expect(lost).toEqual([])
    expect(tableOf(text, '[env.staging.vars]')).toBe(tableOf(original, '[env.staging.vars]'))
  })

  test('makes secrets that nobody sees', async () => {
    await run(settings)
    const secrets = [...(account.secrets?.values() ?? [])]
    expect(secrets).toHaveLength(2)
    for (const secret of secrets) {
      expect(secret).toMatch(/^[\w-]{43}$/)
      expect(account.printed.join('\n') + account.commands.join('\n') + written()).not.toContain(
        secret,
      )
    }
  })

  test('lets itself in by a token of which the database holds the digest', async () => {
    await run(settings)
    const [asked] = account.asked
    expect(asked?.url).toBe(`${settings.origin}/healthz/deep`)
    const hash = createHash('sha256')
      .update(asked?.token ?? '')
      .digest('base64url')
    expect(account.commands.at(-1)).toContain(`'${hash}'`)
  })

  test('goes to staging with names and a table of its own', async () => {
    await run({ ...settings, environment: 'staging' })
    expect(account.databases.map(({ name }) => name)).toEqual(['atrium-staging'])
    expect(account.namespaces.map(({ title }) => title)).toEqual(['atrium-staging'])
    expect(account.buckets).toEqual(['atrium-staging'])
    expect(account.commands).toContain('deploy --env staging')
    expect(tableOf(written(), '[[env.staging.d1_databases]]')).toContain('database_id = ')
    expect(tableOf(written(), '[[d1_databases]]')).toBe(tableOf(original, '[[d1_databases]]'))
  })
})

describe('again', () => {
  test('changes nothing but the code', async () => {
    await run(settings)
    const before = written()
    account.commands.length = 0
    account.hasAccounts = true
    await run()
    expect(written()).toBe(before)
    expect(account.changes().map((command) => command.split(' ').slice(0, 2).join(' '))).toEqual([
      'd1 migrations',
      'deploy --env',
      'd1 execute',
    ])
  })

  const steps = [
    'd1 create',
    'kv namespace list',
    'kv namespace create',
    'r2 bucket create',
    'd1 migrations',
    'secret put PEPPER_1',
    'secret put APP_KEY_1',
    'deploy',
    'd1 execute',
  ]
  const failures = steps.flatMap((step) => [[step, 'before'] as const, [step, 'after'] as const])

  test.each(failures)('goes on after a failure of %s %s its work was done', async (step, when) => {
    account.failNext(step, when)
    await expect(run(settings)).rejects.toThrow(`wrangler ${step}`)
    const pepper = account.secrets?.get('PEPPER_1')
    await run(settings)
    expect(account.databases).toHaveLength(1)
    expect(account.namespaces).toHaveLength(1)
    expect(account.buckets).toHaveLength(1)
    if (pepper !== undefined) expect(account.secrets?.get('PEPPER_1')).toBe(pepper)
    expect(account.secrets?.size).toBe(2)
    expect(written()).toContain(`database_id = "${account.databases[0]?.uuid}"`)
  })

  test('keeps a pepper that was rotated', async () => {
    account.secrets = new Map([
      ['PEPPER_2', ''],
      ['APP_KEY_3', ''],
    ])
    await run(settings)
    expect([...account.secrets.keys()]).toEqual(['PEPPER_2', 'APP_KEY_3'])
  })
})

describe('refuses', () => {
  test('to begin without its settings, and says both', async () => {
    await expect(run()).rejects.toThrow(
      /ORIGIN is missing.*MAIL_FROM is "Atrium <accounts@example/s,
    )
    await expect(run({ ...settings, origin: `${settings.origin}/` })).rejects.toThrow('ORIGIN')
    await expect(run({ ...settings, mailFrom: 'somebody' })).rejects.toThrow('MAIL_FROM')
    expect(account.commands).toEqual([])
    expect(written()).toBe(original)
  })

  test('to go on without a login', async () => {
    account.isLoggedIn = false
    await expect(run(settings)).rejects.toThrow('wrangler login')
    expect(account.commands).toEqual(['whoami --json'])
  })

  test.each(['PEPPER_1', 'APP_KEY_1'])('to make %s anew where there are accounts', async (name) => {
    await run(settings)
    account.secrets?.delete(name)
    account.hasAccounts = true
    account.commands.length = 0
    await expect(run()).rejects.toThrow(/has accounts, but the Worker has no/)
    expect(account.secrets?.has(name)).toBe(false)
    expect(account.commands.filter((command) => command.startsWith('deploy'))).toEqual([])
  })

  test('a database of another account', async () => {
    await run(settings)
    account.databases.length = 0
    await expect(run()).rejects.toThrow('is not in this account')
    expect(account.databases).toEqual([])
  })
})

describe('the check', () => {
  test('waits for an address that is not there yet, with a new token each time', async () => {
    account.answers.push(
      new TypeError('fetch failed'),
      new Response('nothing here', { status: 404 }),
    )
    await run(settings)
    expect(new Set(account.asked.map(({ token }) => token)).size).toBe(3)
  })

  test('fails loudly with what does not work', async () => {
    account.answers.push(Response.json({ password: 'failed', database: 'ok' }, { status: 503 }))
    await expect(run(settings)).rejects.toThrow('does not work in it: password')
  })

  test('fails when there is never a report', async () => {
    for (let i = 0; i < 3; i += 1) account.answers.push(Response.json({}, { status: 503 }))
    await expect(run(settings)).rejects.toThrow('gives no report (it answers 503)')
  })
})

describe('a dry run', () => {
  test('changes nothing, and shows each command that would', async () => {
    await run({ ...settings, isDryRun: true })
    expect(account.changes()).toEqual([])
    expect(account.asked).toEqual([])
    expect(written()).toBe(original)
    const shown = account.printed.filter((line) => line.includes('$ '))
    expect(shown).toHaveLength(8)
    expect(shown.join('\n')).toContain("a random secret | wrangler secret put PEPPER_1 --env ''")
  })

  test('needs no account and no settings', async () => {
    account.isLoggedIn = false
    await run({ isDryRun: true })
    expect(account.commands).toEqual(['whoami --json', 'deploy --env  --dry-run'])
    expect(account.printed.join('\n')).toContain('ORIGIN is missing')
  })

  test('shows only what is left to do', async () => {
    await run(settings)
    account.printed.length = 0
    await run({ isDryRun: true })
    expect(account.printed.filter((line) => line.includes('$ '))).toHaveLength(3)
  })
})
