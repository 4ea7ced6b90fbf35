import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { searchPortraits } from '../../src/core/search'
import { change, testCore } from '../support/core'

/** Counts what the batches of a search read, as D1 bills it. */
function counting(database: D1Database) {
  let rowsRead = 0
  const counted = new Proxy(database, {
    get(target, name) {
      if (name !== 'batch') return Reflect.get(target, name).bind(target)
      return async (statements: D1PreparedStatement[]) => {
        const results = await target.batch(statements)
        for (const { meta } of results) rowsRead += meta.rows_read
        return results
      }
    },
  })
  return {
    database: counted,
    take() {
      const taken = rowsRead
      rowsRead = 0
      return taken
    },
  }
}

let people = 0

async function addPeople(count: number) {
  await change(
    `WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1 + ?2)
     INSERT INTO accounts (number, id, username, username_key, first_name, first_name_key, last_name, last_name_key, created_at, updated_at)
     SELECT 1000000 + i, printf('%024x', i), 'person' || i, 'person' || i, 'First' || i, 'first' || i, 'Last' || i, 'last' || i, 0, 0 FROM n`,
    people,
    count,
  )
  people += count
}

test('what a search reads does not grow with the number of accounts', async () => {
  const counter = counting(env.DB)
  const atrium = testCore({ DB: counter.database })
  const costs = async () => {
    const read: number[] = []
    for (const text of ['erson777', 'ast12', 'pe', 'zz', 'nobody at all']) {
      counter.take()
      await atrium.request((core) => searchPortraits(core, { token: null }, text, 20))
      read.push(counter.take())
    }
    return read
  }
  await addPeople(2_000)
  const few = await costs()
  await addPeople(18_000)
  const many = await costs()
  many.forEach((read, i) => {
    expect(read).toBeLessThanOrEqual((few[i] ?? 0) + 150)
  })
  expect(Math.max(...many)).toBeLessThan(500)
})
