import type { TestProject } from 'vitest/node'
import { startLocalServer } from '../../dev/local-server.mjs'
import { command, secretIn } from './operator'

declare module 'vitest' {
  interface ProvidedContext {
    origin: string
    state: string
    /** An application of the operator's: what it may ask, no other can. */
    server: { readonly id: string; readonly secret: string; readonly scope: string }
  }
}

/** Starts `npm run dev:harness` on a free port, as somebody who tests from outside would. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // The production cost is measured elsewhere; here hundreds of sign-ins would wait for it. And
  // applications introduce themselves, because each by the operator's command takes seconds.
  const vars = { PASSWORD_ITERATIONS: '10000', CLIENT_REGISTRATION: 'open' }
  const { origin, state, stop } = await startLocalServer({ harness: true, vars })
  project.provide('origin', origin)
  project.provide('state', state)
  const [id, scope] = ['a-server', 'client:oauth:introspect']
  const made = await command(state, 'client', 'create', '--id', id, '--scope', scope)
  project.provide('server', { id, secret: secretIn(made), scope })
  return stop
}
