import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './wrangler.mjs'

const readyWithinMs = 90_000

// Wrangler would keep a trace of each request and print it, which costs more than many a request.
const unwatched = {
  X_LOCAL_OBSERVABILITY: 'false',
  X_LOCAL_EXPLORER: 'false',
  WRANGLER_LOG: 'warn',
}

/**
 * Starts `npm run dev` (or dev:harness) on a free port with a state of its own, which goes when it
 * stops, and gives its origin, the folder of that state and the way to stop it. `vars` take the place of settings.
 */
export async function startLocalServer({ harness = false, vars = {} } = {}) {
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const state = mkdtempSync(join(tmpdir(), 'atrium-'))
  const flags = [...(harness ? ['--harness'] : []), '--port', String(port), '--state', state]
  for (const [name, value] of Object.entries(vars)) flags.push('--var', `${name}:${value}`)
  const server = spawn(process.execPath, [join(root, 'scripts/dev.mjs'), ...flags], {
    cwd: root,
    env: { ...process.env, ...unwatched },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = []
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (chunk) => output.push(chunk.toString()))
  }
  const giveUpAt = Date.now() + readyWithinMs
  while (Date.now() < giveUpAt && server.exitCode === null) {
    const health = await fetch(`${origin}/healthz`).catch(() => null)
    if (health?.ok) {
      return {
        origin,
        state,
        async stop() {
          server.kill('SIGTERM')
          await new Promise((done) => server.once('exit', done))
          rmSync(state, { recursive: true, force: true })
        },
      }
    }
    await new Promise((done) => setTimeout(done, 200))
  }
  server.kill('SIGKILL')
  throw new Error(`the server did not start:\n${output.join('').slice(-5000)}`)
}

async function freePort() {
  const probe = createServer().listen(0, 'localhost')
  await new Promise((done) => probe.once('listening', done))
  const { port } = probe.address()
  await new Promise((done) => probe.close(done))
  return port
}
