import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { hashPassword, verifyPassword } from '../src/crypto/password-hash'
import { newTape, type Recording, recordDatabase, type Tape } from './recording'

/**
 * The npm package better-auth on D1 as its documentation sets it up, with its own schema. Passwords
 * cost what Atrium's cost, so that the rest can be compared. Never deployed.
 */

interface Env {
  DB: D1Database
  ORIGIN: string
  PASSWORD_ITERATIONS: string
  /** Where it is set, every request is answered with what was done for it, one request at a time. */
  IS_RECORDED?: string
}

let tape: Tape = newTape()

function optionsOf(env: Env) {
  const iterations = Number(env.PASSWORD_ITERATIONS)
  const peppers = { current: '1', bySlot: new Map([['1', 'a pepper of the benchmark']]) }
  const hashing = { iterations, peppers }
  const recorded = () => ({ ...recordDatabase(env.DB, () => tape), exec: () => Promise.reject() })
  return {
    database: (env.IS_RECORDED ? recorded() : env.DB) as D1Database,
    baseURL: env.ORIGIN,
    secret: 'a secret of the benchmark, which protects nobody',
    trustedOrigins: [env.ORIGIN],
    emailAndPassword: {
      enabled: true,
      password: {
        hash: (password: string) => hashPassword(password, hashing),
        verify: ({ password, hash }: { password: string; hash: string }) =>
          verifyPassword(password, hash, hashing),
      },
    },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
  }
}

const instances = new WeakMap<Env, { handler: (request: Request) => Promise<Response> }>()

function instanceOf(env: Env) {
  const known = instances.get(env) ?? betterAuth(optionsOf(env))
  instances.set(env, known)
  return known
}

async function record(request: Request, env: Env): Promise<Recording> {
  tape = newTape()
  const response = await instanceOf(env).handler(request)
  const contentType = response.headers.get('Content-Type') ?? ''
  return tape.end({ status: response.status, contentType, body: await response.text() })
}

async function migrate(env: Env): Promise<Response> {
  const { runMigrations } = await getMigrations(optionsOf(env))
  await runMigrations()
  return new Response('migrated')
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (new URL(request.url).pathname === '/migrations') return migrate(env)
    if (env.IS_RECORDED) return Response.json(await record(request, env))
    const response = await instanceOf(env).handler(request)
    // Whoever runs it would want to know as much of each request as Atrium tells.
    console.log(JSON.stringify({ method: request.method, status: response.status }))
    return response
  },
}
