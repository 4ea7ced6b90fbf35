import { randomBytes } from 'node:crypto'
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { places, requireInstalled, root, startWrangler } from '../dev/wrangler.mjs'

const usage = `usage: npm run dev [-- --port N --state DIR --var NAME:VALUE]
       npm run dev:harness [-- --port N --state DIR --var NAME:VALUE]`

const { port, place, isHarness, given } = readOptions()
const origin = `http://localhost:${port}`
const varsFile = join(root, '.dev.vars')

const written = ensureSecrets()
if (isHarness) shareVars()
await refuseTakenPort()
await migrate()
serve()

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '8787' },
        harness: { type: 'boolean' },
        state: { type: 'string' },
        var: { type: 'string', multiple: true, default: [] },
      },
    })
    const number = Number(values.port)
    if (!/^\d+$/.test(values.port) || number < 1 || number > 65535) {
      throw new Error(`--port: ${values.port} is not a port`)
    }
    const isHarness = values.harness === true
    const usual = isHarness ? places.harness : places.dev
    const place = values.state ? { ...usual, state: resolve(values.state) } : usual
    return { port: number, place, isHarness, given: values.var }
  } catch (error) {
    console.error(`${error.message}\n${usage}`)
    process.exit(2)
  }
}

// A secret that is there but empty stays so: the Worker then refuses to serve, as it does deployed.
function ensureSecrets() {
  const names = varNames()
  const missing = ['PEPPER_1', 'APP_KEY_1'].filter((name) => !names.has(name))
  if (missing.length === 0) return []
  const before = existsSync(varsFile) ? readFileSync(varsFile, 'utf8') : ''
  const lines = missing.map((name) => `${name}=${randomBytes(32).toString('base64url')}\n`)
  const gap = before === '' || before.endsWith('\n') ? '' : '\n'
  appendFileSync(varsFile, gap + lines.join(''), { mode: 0o600 })
  return missing
}

function varNames() {
  if (!existsSync(varsFile)) return new Set()
  const lines = readFileSync(varsFile, 'utf8').matchAll(/^\s*(?:export\s+)?([\w.-]+)\s*[=:]/gm)
  return new Set([...lines].map(([, name]) => name))
}

// Wrangler reads .dev.vars beside the config only, and --env-file would expand `$` in the values.
function shareVars() {
  copyFileSync(varsFile, join(dirname(place.config), '.dev.vars'))
}

// Both addresses of localhost are tried, as another program may hold only one of them.
async function refuseTakenPort() {
  const taken = await Promise.all(['127.0.0.1', '::1'].map(isAnswering))
  if (!taken.includes(true)) return
  console.error(`Port ${port} is in use. Stop what runs there, or choose another: -- --port N`)
  process.exit(1)
}

function isAnswering(host) {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

async function migrate() {
  mkdirSync(place.state, { recursive: true })
  requireInstalled()
  // Only now, as it would fail with no word of what is missing.
  const { migrateLocally } = await import('./local-migrations.mjs')
  try {
    await migrateLocally({ harness: isHarness, 'persist-to': place.state })
  } catch (error) {
    console.error(`The local migrations failed.\n${error.message}`)
    process.exit(1)
  }
}

function serve() {
  // A --var is stronger than .dev.vars, so what somebody wrote there is not given again.
  const names = varNames()
  const vars = Object.entries({ ENVIRONMENT: 'development', ORIGIN: origin })
    .filter(([name]) => !names.has(name))
    .flatMap(([name, value]) => ['--var', `${name}:${value}`])
  vars.push(...given.flatMap((pair) => ['--var', pair]))
  const flags = ['--config', place.config, '--persist-to', place.state, '--local']
  const address = ['--ip', 'localhost', '--port', String(port), '--inspector-port', '0']
  const quiet = ['--show-interactive-dev-session=false', '--types=false']
  const child = startWrangler(['dev', place.entry, ...flags, ...address, ...quiet, ...vars])

  let isStopping = false
  function stop(signal) {
    if (isStopping) return
    isStopping = true
    child.kill(signal)
    setTimeout(() => child.kill('SIGKILL'), 8000).unref()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal))

  // When npm is killed with no chance to pass the signal on, nobody else would stop the server.
  const ancestors = npmAncestors()
  setInterval(() => npmAncestors() !== ancestors && stop('SIGTERM'), 1000).unref()

  child.on('error', (error) => {
    console.error(`wrangler did not start: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code) => process.exit(code ?? 1))
  void announce()
  if (!isHarness) keepTime()
}

/** Calls the crons of wrangler.toml at their times, which nobody else does here: without them no webhook is told. */
function keepTime() {
  const call = (cron) =>
    fetch(`${origin}/cdn-cgi/handler/scheduled?${new URLSearchParams({ cron })}`).catch(() => {})
  setInterval(() => {
    void call(new Date().getMinutes() === 17 ? '17 * * * *' : '* * * * *')
  }, 60_000).unref()
}

// npm runs a script by a shell, which outlives it. Where there is no /proc, only the shell is watched.
function npmAncestors() {
  if (!process.env.npm_lifecycle_event) return ''
  try {
    const fields = readFileSync(`/proc/${process.ppid}/stat`, 'utf8').split(') ').pop().split(' ')
    return `${process.ppid} ${fields[1]}`
  } catch {
    return `${process.ppid}`
  }
}

async function announce() {
  const status = await firstStatus()
  const lines = [
    `Atrium${isHarness ? ' with the test harness' : ''} is on ${origin}`,
    `  mailbox   ${origin}/dev/mailbox  (and /dev/mailbox.json)`,
    ...(isHarness ? [`  harness   ${origin}/__harness/calls  (see test/harness/README.md)`] : []),
    `  docs      ${origin}/docs  (and README.md)`,
    ...(isHarness ? [] : ['  cron      by the minute, whatever wrangler says above']),
    ...(written.length > 0 ? [`  secrets   .dev.vars was given ${written.join(' and ')}`] : []),
    '  stop      Ctrl-C',
  ]
  if (status === 503) {
    lines.push(
      'It answers 503: a setting is missing or wrong. The log line above or below names it.',
    )
  } else if (status !== 200) {
    lines.push(`GET /healthz answers ${status}: the log tells why.`)
  }
  console.log(`\n${lines.join('\n')}\n`)
}

async function firstStatus() {
  for (;;) {
    try {
      const response = await fetch(`${origin}/healthz`, { signal: AbortSignal.timeout(30_000) })
      await response.arrayBuffer()
      return response.status
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
  }
}
