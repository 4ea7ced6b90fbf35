import { applyD1Migrations, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll } from 'vitest'
import { loadCommonPasswords } from '../../src/core/passwords'

// The files share one runtime, which saves a start for each; every one begins with nothing stored.
beforeAll(async () => {
  await reset()
  await applyD1Migrations(env.DB, env.MIGRATIONS)
  await loadCommonPasswords(env.ASSETS)
})
