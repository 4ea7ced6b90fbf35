import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { runWrangler } from '../dev/wrangler.mjs'
import { change, execute, look, openSite, parse, read, shown, write } from './deploy-site.mjs'

// What `npm run deploy` does, step by step. Each looks first and does only what is missing, so that
// the command can be given again after any failure, and a second time changes nothing but the code.

/** What a deployment stands in; a test brings its own. */
const realWorld = { run: runWrangler, ask: fetch, print: console.log, wait, triesMax: 20 }

const checkTriesEveryMs = 6000
const checkTokenMs = 10 * 60 * 1000

/**
 * Deploys, or shows what that would do: then only what changes nothing is run, and without a login
 * the account is taken for an empty one. Throws an Error with what is wrong and what to do about it.
 */
export async function deploy(options, world = {}) {
  const site = openSite(options, { ...realWorld, ...world })
  site.print(
    `${options.isDryRun ? 'Showing what deploying would do to' : 'Deploying'} ${site.name}`,
  )
  readSettings(site)
  site.isLoggedIn = logIn(site)
  writeSettings(site)
  makeDatabase(site)
  makeNamespace(site)
  makeBucket(site)
  migrate(site)
  makeSecrets(site)
  upload(site)
  await check(site)
}

function readSettings(site) {
  const problems = []
  for (const [name, { isGood, words }] of Object.entries(needed)) {
    const value = site.given[name] ?? read(site, 'vars', name) ?? ''
    if (!isGood(value))
      problems.push(`${name} is ${value === '' ? 'missing' : `"${value}"`}: ${words}`)
    else site[name] = value
  }
  if (problems.length === 0) return
  if (!site.isDryRun) throw new Error(problems.join('\n'))
  for (const problem of problems) site.say('needed', problem)
}

const needed = {
  ORIGIN: {
    isGood: (text) =>
      URL.canParse(text) && new URL(text).origin === text && text.startsWith('https://'),
    words: `give --origin https://NAME.SUBDOMAIN.workers.dev, without a path. NAME is the name of the Worker;
    the subdomain of your account is in the dashboard under Workers & Pages. A domain of yours will do as well.`,
  },
  MAIL_FROM: {
    isGood: (text) =>
      /^[^@\s<>]+@[^@\s<>]+$|<[^@\s<>]+@[^@\s<>]+>$/.test(text) && !/@example\./.test(text),
    words: `give --mail-from "Name <accounts@your.domain>", at a domain that is on-boarded to Cloudflare
    Email Service.`,
  },
}

function logIn(site) {
  const { code } = site.run(['whoami', '--json'])
  if (code === 0) {
    site.say('login', 'ok')
    return true
  }
  if (!site.isDryRun) throw new Error('Not logged in. Run: npx wrangler login')
  site.say('login', 'nobody is: shown as for an empty account')
  return false
}

function writeSettings(site) {
  for (const name of Object.keys(needed)) {
    if (site.given[name] === undefined || site[name] === undefined) continue
    write(site, 'vars', name, site[name])
    site.say('settings', `${name} = ${site[name]}`)
  }
}

/** Finds something by its id or its name, makes it where there is none, and keeps the id. */
function make(site, { step, table, idKey, name, list, create }) {
  const inTable = { isList: true }
  const id = read(site, table, idKey, inTable)
  const find = () => list().find((one) => (id === undefined ? one.name === name : one.id === id))
  const found = site.isLoggedIn ? find() : undefined
  if (found === undefined && id !== undefined && site.isLoggedIn) {
    throw new Error(
      `The ${step} ${id} of ${site.config} is not in this account. Log in to the account that has it, or take ${idKey} out to make a new one.`,
    )
  }
  if (found !== undefined) {
    site.say(step, `${name} is there`)
  } else if (id !== undefined) {
    site.say(step, `${name} is to be there as ${id}`)
  } else {
    site.say(step, `${name} is made`)
    change(site, create)
  }
  if (id !== undefined || site.isDryRun) return
  const made = found ?? find()
  if (made === undefined)
    throw new Error(`The ${step} ${name} was made, and is not in the list yet.`)
  write(site, table, idKey, made.id, inTable)
}

function makeDatabase(site) {
  const name = read(site, 'd1_databases', 'database_name', { isList: true })
  make(site, {
    step: 'database',
    table: 'd1_databases',
    idKey: 'database_id',
    name,
    list: () =>
      parse(look(site, ['d1', 'list', '--json'])).map((one) => ({
        id: one.uuid,
        name: one.name,
      })),
    create: ['d1', 'create', name],
  })
}

function makeNamespace(site) {
  // With an environment wrangler would put its name before the title, so it is not told.
  make(site, {
    step: 'namespace',
    table: 'kv_namespaces',
    idKey: 'id',
    name: site.name,
    list: () =>
      parse(look(site, ['kv', 'namespace', 'list'])).map((one) => ({
        id: one.id,
        name: one.title,
      })),
    create: ['kv', 'namespace', 'create', site.name],
  })
}

/** Buckets are known by their name alone. */
function makeBucket(site) {
  const name = read(site, 'r2_buckets', 'bucket_name', { isList: true })
  const names = site.isLoggedIn ? look(site, ['r2', 'bucket', 'list']) : ''
  const isThere = [...names.matchAll(/^name:\s+(\S+)\s*$/gm)].some(([, one]) => one === name)
  site.say('bucket', isThere ? `${name} is there` : `${name} is made`)
  if (!isThere) change(site, ['r2', 'bucket', 'create', name])
}

/** Before the code that needs them: a migration never takes away what the code before still reads. */
function migrate(site) {
  site.say('migrations', 'those that are missing')
  change(site, ['d1', 'migrations', 'apply', 'DB', '--remote', ...site.environmentFlags])
}

/** Any slot will do: a secret that was rotated may have lost its first one. */
function makeSecrets(site) {
  const present = listSecrets(site)
  const missing = ['PEPPER', 'APP_KEY'].filter(
    (prefix) => !present.some((name) => new RegExp(`^${prefix}_[1-9]\\d*$`).test(name)),
  )
  if (missing.length === 0) return site.say('secrets', present.sort().join(', '))
  if (!site.isDryRun && hasAccounts(site)) {
    throw new Error(
      `The database has accounts, but the Worker has no ${missing.join(' and no ')}. With a new one nobody could sign in any more. Put the old one back: wrangler secret put ${missing[0]}_1 (see OPERATIONS.md)`,
    )
  }
  for (const prefix of missing) {
    site.say('secrets', `${prefix}_1 is made`)
    const secret = randomBytes(32).toString('base64url')
    change(site, ['secret', 'put', `${prefix}_1`, ...site.environmentFlags], secret)
  }
}

function listSecrets(site) {
  if (!site.isLoggedIn) return []
  const args = ['secret', 'list', '--format', 'json', ...site.environmentFlags]
  const { code, stdout, stderr } = site.run(args)
  if (code === 0) return parse(stdout).map(({ name }) => name)
  // Before its first deployment there is no Worker that could have secrets.
  if (/Worker "[^"]*".* not found/s.test(stdout + stderr)) return []
  throw new Error(`${shown(args)} failed:\n${stdout}${stderr}`)
}

function hasAccounts(site) {
  const [{ results }] = parse(look(site, execute(site, 'SELECT 1 FROM accounts LIMIT 1')))
  return results.length > 0
}

function upload(site) {
  const args = ['deploy', ...site.environmentFlags]
  site.say('upload', `the Worker ${site.name}`)
  change(site, args)
  if (!site.isDryRun) return
  const size = /Total Upload: .*/.exec(look(site, [...args, '--dry-run']))?.[0]
  site.say('', `it can be built: ${size ?? 'size unknown'}`)
}

/**
 * Asks the deployment to try everything it stands on. A token of one use lets us in, and only who can
 * write to D1 can make one. A new address takes a while to answer, so that no answer is asked for again.
 */
async function check(site) {
  const address = `${site.ORIGIN ?? 'ORIGIN'}/healthz/deep`
  site.say('check', `POST ${address}`)
  for (let tries = 1; ; tries += 1) {
    const token = randomBytes(32).toString('base64url')
    const hash = createHash('sha256').update(token).digest('base64url')
    const until = Date.now() + checkTokenMs
    const sql = `INSERT INTO deployment_checks (token_hash, expires_at) VALUES ('${hash}', ${until})`
    change(site, execute(site, site.isDryRun ? sql.replace(hash, 'HASH') : sql))
    if (site.isDryRun) return
    const { report, trouble } = await ask(site, address, token)
    if (report) return judge(site, report)
    if (tries === site.triesMax) {
      throw new Error(
        `${address} gives no report (${trouble}). Is ORIGIN the address of this Worker? What it says itself: wrangler tail ${site.name}`,
      )
    }
    await site.wait(checkTriesEveryMs)
  }
}

async function ask(site, address, token) {
  try {
    const answer = await site.ask(address, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
    })
    const body = await answer.json().catch(() => ({}))
    return 'password' in body ? { report: body } : { trouble: `it answers ${answer.status}` }
  } catch (error) {
    return { trouble: error.cause?.code ?? error.message }
  }
}

function judge(site, report) {
  const failed = Object.keys(report).filter((part) => report[part] !== 'ok')
  if (failed.length > 0) {
    throw new Error(
      `The deployment answers, but this does not work in it: ${failed.join(', ')}. What it says itself: wrangler tail ${site.name}`,
    )
  }
  site.say('', `${Object.keys(report).join(', ')}: all work`)
  site.print(`Atrium is on ${site.ORIGIN}`)
}
