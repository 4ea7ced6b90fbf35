import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder, wherever a script was called from. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

// Wrangler needs a newer Node than a machine may have, so the one in node_modules runs it.
const packagedNode = join(root, 'node_modules/node/bin/node')
const node = existsSync(packagedNode) ? packagedNode : process.execPath
const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js')

/** The two local worlds: what `npm run dev` serves, and the harness with its own config and state. */
export const places = {
  dev: {
    entry: join(root, 'dev/worker.ts'),
    config: join(root, 'wrangler.toml'),
    state: join(root, '.wrangler/state'),
  },
  harness: {
    entry: join(root, 'test/harness/worker.ts'),
    config: join(root, 'test/harness/wrangler.toml'),
    state: join(root, '.wrangler/harness'),
  },
}

/** Settings by which wrangler asks, reports and looks for nothing, and fetches no sample location. */
export const quiet = {
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_NO_SKILLS_UPDATE_PROMPTS: 'true',
  WRANGLER_HIDE_BANNER: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
}

const env = {
  ...process.env,
  ...quiet,
  // The same Node for the command that wrangler runs before it builds.
  PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
  // Wrangler is megabytes of JavaScript, compiled at each of its many starts otherwise.
  NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/wrangler'),
}

/** Runs wrangler to its end. Without a terminal as input it never asks anything; `input` is piped into it. */
export function runWrangler(args, input) {
  requireInstalled()
  const run = spawnSync(node, [wrangler, ...args], {
    cwd: root,
    env,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    input,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (run.error) throw run.error
  return { code: run.status ?? 1, stdout: run.stdout, stderr: run.stderr }
}

/** Starts wrangler and leaves it running, with its output shown. */
export function startWrangler(args) {
  requireInstalled()
  return spawn(node, [wrangler, ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

/** Ends the script with what to do where wrangler is not there. */
export function requireInstalled() {
  if (existsSync(wrangler)) return
  console.error('The packages are missing. Run: npm install')
  process.exit(1)
}
