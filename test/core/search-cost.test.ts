import { expect, test } from 'vitest'
import { searchPortraits } from '../../src/core/search'
import { change, testCore } from '../support/core'
import { countedDatabase } from '../support/counted'

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
  const counted = countedDatabase()
  const atrium = testCore({ DB: counted.client })
  const costs = async () => {
    const read: number[] = []
    for (const text of ['erson777', 'ast12', 'pe', 'zz', 'nobody at all']) {
      counted.take()
      await atrium.request((core) => searchPortraits(core, { token: null }, text, 20))
      read.push(counted.take().rowsRead)
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
