import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    origin: string
  }
}

const root = resolve(import.meta.dirname, '../..')
const readyWithinMs = 60_000

/** Starts `npm run dev:harness` on a free port, as somebody who tests from outside would. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const port = await freePort()
  // A state of its own: an older one may lack a migration, and counts attempts of other runs.
  const state = mkdtempSync(join(tmpdir(), 'atrium-'))
  const origin = `http://localhost:${port}`
  const flags = ['--harness', '--port', String(port), '--state', state]
  // The production cost is measured elsewhere; here hundreds of sign-ins would wait for it.
  flags.push('--var', 'PASSWORD_ITERATIONS:10000')
  const server = spawn(process.execPath, ['scripts/dev.mjs', ...flags], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output: string[] = []
  for (const stream of [server.stdout, server.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output.push(chunk.toString())
      output.splice(0, output.length - 200)
    })
  }
  await ready(origin, server, output)
  project.provide('origin', origin)
  return async () => {
    server.kill('SIGTERM')
    await new Promise((done) => server.once('exit', done))
    rmSync(state, { recursive: true, force: true })
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, 'localhost')
  await new Promise((done) => probe.once('listening', done))
  const address = probe.address()
  await new Promise((done) => probe.close(done))
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function ready(origin: string, server: ChildProcess, output: string[]): Promise<void> {
  const giveUpAt = Date.now() + readyWithinMs
  while (Date.now() < giveUpAt && server.exitCode === null) {
    const response = await fetch(`${origin}/healthz`).catch(() => null)
    if (response?.ok) return
    await new Promise((done) => setTimeout(done, 200))
  }
  server.kill('SIGKILL')
  throw new Error(`the harness did not start:\n${output.join('')}`)
}
