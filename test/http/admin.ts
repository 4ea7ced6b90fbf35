import { inject, vi } from 'vitest'
import { unstable_splitSqlQuery as splitSql } from 'wrangler'
import { runAdmin } from '../../scripts/admin-commands.mjs'
import { openBindings } from '../../scripts/bindings.mjs'
import type { Ran } from './operator'

/** `npm run admin` on the state of the running server, without the wrangler that it starts each time, which takes seconds. */
export async function openAdmin() {
  const state = inject('state')
  const place = await openBindings({ env: 'production', harness: true, 'persist-to': state })
  const database = {
    name: 'the database',
    async execute(sql: string) {
      const answers = await place.db.batch(splitSql(sql).map((one) => place.db.prepare(one)))
      return answers.flatMap(({ results }) => results)
    },
  }
  return {
    database,
    async run(...args: readonly string[]): Promise<Ran> {
      const lines: string[] = []
      const spies = [vi.spyOn(console, 'log'), vi.spyOn(console, 'error')]
      for (const spy of spies) spy.mockImplementation((line: string) => void lines.push(line))
      try {
        const code = await runAdmin(args, () => database)
        return { code, output: lines.join('\n') }
      } finally {
        for (const spy of spies) spy.mockRestore()
      }
    },
    close: () => place.close(),
  }
}
