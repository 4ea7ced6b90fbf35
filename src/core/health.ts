import { run } from '../storage/database'
import { system } from '../storage/schema'
import type { Core } from './context'

/** Fails with unavailable unless D1 answers and its migrations are in. */
export async function checkHealth(core: Core): Promise<void> {
  await run(core.db, core.db.select().from(system))
}
