import type { Env } from '../../src/env'
import type { CallLog } from './calls'
import { wrapDatabase } from './database'
import type { FaultList } from './faults'
import { createIntercept } from './intercept'
import { wrapKeyValue } from './key-value'
import { wrapObjects } from './objects'

/** Wraps each env once: the runtime hands the same one to every request, and the app counts on it. */
export function createEnvWrapper(log: CallLog, faults: FaultList): (env: Env) => Env {
  const intercept = createIntercept(log, faults)
  const wrappedEnvs = new WeakMap<Env, Env>()

  function wrapMail(real: SendEmail): SendEmail {
    return {
      send: (message: EmailMessage | EmailMessageBuilder) =>
        intercept({
          binding: 'MAIL',
          op: 'send',
          text: 'subject' in message ? `${recipient(message.to)} ${message.subject}` : message.to,
          perform: () => ('subject' in message ? real.send(message) : real.send(message)),
        }),
    }
  }

  function wrapRateLimit(real: RateLimit): RateLimit {
    return {
      limit: (options) =>
        intercept({
          binding: 'RATE_LIMIT',
          op: 'limit',
          text: options.key,
          perform: () => real.limit(options),
        }),
    }
  }

  return (env) => {
    const known = wrappedEnvs.get(env)
    if (known) return known
    const wrapped: Env = {
      ...env,
      DB: wrapDatabase(env.DB, intercept, log),
      KV: wrapKeyValue(env.KV, intercept),
      R2: wrapObjects(env.R2, intercept),
      MAIL: wrapMail(env.MAIL),
      RATE_LIMIT: wrapRateLimit(env.RATE_LIMIT),
    }
    wrappedEnvs.set(env, wrapped)
    return wrapped
  }
}

function recipient(to: EmailMessageBuilder['to']): string {
  return typeof to === 'string' ? to : JSON.stringify(to)
}
