import { createApp } from '../src/app'
import type { Env } from '../src/env'
import { newTape, type Recording, recordDatabase, type Tape } from './recording'

/**
 * Atrium, which answers every request with what it did for it. One request at a time: what is done
 * meanwhile is written down as its own. Never deployed.
 */

const app = createApp()
let tape: Tape = newTape()

const derive = crypto.subtle.deriveBits.bind(crypto.subtle)
Object.defineProperty(crypto.subtle, 'deriveBits', {
  value: (algorithm: SubtleCryptoDeriveKeyAlgorithm, key: CryptoKey, bits: number) => {
    tape.add({ kind: 'derive', iterations: algorithm.iterations ?? 0 })
    return derive(algorithm, key, bits)
  },
})

function watch(env: Env): Env {
  const KV = {
    get(key: string, type: 'json') {
      tape.add({ kind: 'read', key })
      return env.KV.get(key, type)
    },
    put(key: string, value: string, options: { expirationTtl: number }) {
      tape.add({ kind: 'write', key, value, ttl: options.expirationTtl })
      return env.KV.put(key, value, options)
    },
    delete(key: string) {
      tape.add({ kind: 'forget', key })
      return env.KV.delete(key)
    },
  }
  const MAIL = {
    send(message: EmailMessageBuilder) {
      tape.add({ kind: 'mail', message })
      return env.MAIL.send(message)
    },
  }
  const R2 = {
    put: env.R2.put.bind(env.R2),
    get(key: string) {
      tape.add({ kind: 'object', key })
      return env.R2.get(key)
    },
  }
  const DB = recordDatabase(env.DB, () => tape)
  return { ...env, DB, KV, MAIL, R2 } as unknown as Env
}

// The app keeps what it has read of an environment, so there must be one of them.
const watched = new WeakMap<Env, Env>()

async function record(request: Request, env: Env, ctx: ExecutionContext): Promise<Recording> {
  tape = newTape()
  const tasks: Promise<unknown>[] = []
  const waiting = {
    waitUntil(work: Promise<unknown>) {
      tape.defer()
      tasks.push(work)
    },
    passThroughOnException: () => ctx.passThroughOnException(),
  } as unknown as ExecutionContext
  const known = watched.get(env) ?? watch(env)
  watched.set(env, known)
  const response = await app.fetch(request, known, waiting)
  tape.answer()
  const { status, headers } = response
  const contentType = headers.get('Content-Type') ?? ''
  const text = await response.text()
  // Work may begin more work while it is waited for.
  for (let n = 0; n < tasks.length; n += 1) await tasks[n]
  return tape.end({ status, contentType, body: contentType.startsWith('image/') ? '' : text })
}

export default {
  fetch: async (request: Request, env: Env, ctx: ExecutionContext) =>
    Response.json(await record(request, env, ctx)),
}
