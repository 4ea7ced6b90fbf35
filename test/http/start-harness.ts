import type { TestProject } from 'vitest/node'
import { startLocalServer } from '../../dev/local-server.mjs'
import { command, secretIn } from './operator'

declare module 'vitest' {
  interface ProvidedContext {
    origin: string
    state: string
    /** An application that the operator trusts with more than one that introduces itself. */
    server: {
      readonly id: string
      readonly secret: string
      readonly redirectUri: string
      /** What it may do for itself, and for a person. */
      readonly scope: string
      readonly personScope: string
    }
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
  project.provide('server', await makeServer(state))
  return stop
}

async function makeServer(state: string) {
  const id = 'a-server'
  const scope = 'client:oauth:introspect'
  const personScope = 'openid delegated:profile:read'
  const redirectUri = 'https://server.example/callback'
  const options = ['--id', id, '--scope', `${scope} ${personScope}`, '--redirect-uri', redirectUri]
  const secret = secretIn(await command(state, 'client', 'create', ...options))
  return { id, secret, redirectUri, scope, personScope }
}
