import { env } from 'cloudflare:workers'
import type { Core } from '../../src/core/context'

/** A D1 that is watched or fails as a test tells it to, and a core that asks it. */

/** What is done with a round trip; `ask` makes it. */
export type Send = (ask: () => Promise<D1Result[]>) => Promise<D1Result[]>

/**
 * A database whose every round trip goes through `send`. Whether Atrium sends one statement by itself or several
 * as a batch, `send` is handed the results of all.
 */
export function interceptDatabase(db: D1Database, send: Send): D1Database {
  const reals = new WeakMap<D1PreparedStatement, D1PreparedStatement>()

  function wrap(real: D1PreparedStatement): D1PreparedStatement {
    const wrapped = new Proxy(real, {
      get(target, property) {
        if (property === 'bind') return (...values: unknown[]) => wrap(target.bind(...values))
        if (property === 'all') {
          return async () => {
            const [result] = await send(async () => [await target.all()])
            return result
          }
        }
        return readBound(target, property)
      },
    })
    reals.set(wrapped, real)
    return wrapped
  }

  return new Proxy(db, {
    get(target, property) {
      if (property === 'prepare') return (sql: string) => wrap(target.prepare(sql))
      if (property === 'batch') {
        return (statements: D1PreparedStatement[]) =>
          send(() => target.batch(statements.map((one) => reals.get(one) ?? one)))
      }
      return readBound(target, property)
    },
  })
}

/** Methods of the runtime want to be called on the object itself. */
function readBound(target: object, property: PropertyKey): unknown {
  const value = Reflect.get(target, property)
  return typeof value === 'function' ? value.bind(target) : value
}

/** A database of which every round trip fails with this message. */
export function brokenDatabase(message: string): D1Database {
  return interceptDatabase(env.DB, () => Promise.reject(new Error(message)))
}

/** The same core, which asks this database. */
export function withDatabase(core: Core, client: D1Database): Core {
  return { ...core, db: { ...core.db, $client: client } }
}

export interface Trouble {
  /** Whether the call still does its work. */
  readonly at: 'before' | 'after'
  readonly message: string
}

/** The same core, but its round trips to D1 meet these troubles in turn; null for none. */
export function troubled(core: Core, troubles: readonly (Trouble | null)[]): Core {
  const left = [...troubles]
  const client = interceptDatabase(core.db.$client, async (ask) => {
    const trouble = left.shift() ?? null
    if (trouble?.at === 'before') throw new Error(trouble.message)
    const results = await ask()
    if (trouble) throw new Error(trouble.message)
    return results
  })
  return withDatabase(core, client)
}
