import type { TestProject } from 'vitest/node'
import { startLocalServer } from '../../dev/local-server.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    origin: string
    state: string
  }
}

/** Starts `npm run dev:harness` on a free port, as somebody who tests from outside would. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // The production cost is measured elsewhere; here hundreds of sign-ins would wait for it.
  const vars = { PASSWORD_ITERATIONS: '10000' }
  const { origin, state, stop } = await startLocalServer({ harness: true, vars })
  project.provide('origin', origin)
  project.provide('state', state)
  return stop
}
