import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { root } from '../dev/wrangler.mjs'

// A Worker served by Miniflare on its direct socket: the runtime itself answers, with no proxy in
// between. Miniflare is wrangler's, so that it is the version that `npm run dev` runs.

const ours = createRequire(join(root, 'package.json'))
const { Log, LogLevel, Miniflare, Response, convertV4MiniflareOptions } = createRequire(
  ours.resolve('wrangler/package.json'),
)('miniflare')

const compatibilityDate = /^compatibility_date = "(.+)"$/m.exec(
  readFileSync(join(root, 'wrangler.toml'), 'utf8'),
)[1]

/** Secrets of nobody. */
export const settings = {
  ENVIRONMENT: 'test',
  ORIGIN: 'https://bench.example',
  MAIL_FROM: 'Atrium <accounts@bench.example>',
  PEPPER_1: 'a pepper of the benchmark, which protects nobody',
  APP_KEY_1: 'an app key of the benchmark, which protects nobody',
  THROTTLE: 'off',
  FOLLOWS_PER_HOUR: '100000',
}

/** Starts a bundled Worker on a folder of local state. Its log is written, and only errors are shown. */
export async function startContestant(given) {
  const { name, bundle, mail, state, vars = {}, flags = [], isQuiet = false } = given
  const inspected = given.isInspected ? { inspectorPort: 0 } : {}
  const runtime = awaitRuntime()
  const instance = new Miniflare(
    convertV4MiniflareOptions({
      ...inspected,
      cf: false,
      log: new Log(LogLevel.ERROR),
      logRequests: false,
      handleStructuredLogs: isQuiet ? () => undefined : showErrors(name),
      resourcePersistencePath: state,
      workers: [
        {
          name,
          compatibilityDate,
          compatibilityFlags: flags,
          modulesRoot: bundle.folder,
          modules: bundle.modules,
          bindings: { ...settings, ...vars },
          d1Databases: { DB: 'bench' },
          kvNamespaces: { KV: 'bench' },
          r2Buckets: { R2: 'bench' },
          serviceBindings: { MAIL: { name: 'mail', entrypoint: 'MailSink' }, ASSETS: serveAsset },
          unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
        },
        { name: 'mail', compatibilityDate, modulesRoot: mail.folder, modules: mail.modules },
      ],
    }),
  )
  await instance.ready
  const readyMs = performance.now() - runtime.startedAt()
  const origin = (await instance.unsafeGetDirectURL(name)).origin
  return {
    name,
    origin,
    readyMs,
    cpuMs: () => cpuMsOf(runtime.pid()),
    inspector: () => instance.getInspectorURL(),
    stop: () => instance.dispose(),
  }
}

/** A file of assets/, which a Worker asks for once. */
function serveAsset(request) {
  return new Response(readFileSync(join(root, 'assets', new URL(request.url).pathname)))
}

function showErrors(name) {
  return ({ level, message }) => {
    if (level === 'error') process.stderr.write(`${name}: ${message}\n`)
  }
}

/**
 * Notes when Miniflare starts its next runtime. Before, it copies the script into what it hands over,
 * several times while that grows: work of its own, as long as the script is big.
 */
function awaitRuntime() {
  let child = null
  let startedAt = 0
  subscribe('child_process', function note(message) {
    unsubscribe('child_process', note)
    child = message.process
    startedAt = performance.now()
  })
  return { pid: () => child.pid, startedAt: () => startedAt }
}

/** Linux counts in hundredths of a second, whatever the kernel's own clock is. */
const msPerTick = 10

/** What a process has used so far of any processor, in user and system mode; null where nobody tells. */
function cpuMsOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * msPerTick
  } catch {
    return null
  }
}
