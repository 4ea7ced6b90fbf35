import { applyD1Migrations, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll } from 'vitest'
import { loadCommonPasswords } from '../../src/core/passwords'

// The files share one runtime, which saves a start for each; every one begins with nothing stored.
beforeAll(async () => {
  // A reset passes over a store that nobody has asked for ten seconds, and all in it stays.
  await Promise.all([env.DB.prepare('SELECT 1').run(), env.KV.get('any'), env.R2.head('any')])
  await reset()
  const left = await env.DB.prepare('SELECT name FROM sqlite_master LIMIT 1').first()
  if (left) throw new Error('the reset left what another file stored')
  await applyD1Migrations(env.DB, env.MIGRATIONS)
  await loadCommonPasswords(env.ASSETS)
})
