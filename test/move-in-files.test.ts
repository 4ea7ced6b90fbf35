import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { pick, timeAt } from '../scripts/move-in/fields'
import { type ReadRow, readRows, splitRecord } from '../scripts/move-in/rows'

/** Dumps as files: what is a row, and what is not. */

const folder = mkdtempSync(join(tmpdir(), 'atrium-rows-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function read(content: string | Buffer): Promise<ReadRow[]> {
  const file = join(folder, 'dump')
  writeFileSync(file, content)
  const rows: ReadRow[] = []
  for await (const row of readRows(file)) rows.push(row)
  return rows
}

const rowsOf = async (content: string | Buffer) => (await read(content)).map(({ row }) => row)

describe('one JSON object a line', () => {
  test('with either line end, empty lines, a byte order mark, and without a last line end', async () => {
    const content = '\ufeff{"a":1}\r\n\n  \n{"a":"2\\n"}\n{"a":"漢😀"}'
    expect(await read(content)).toMatchObject([
      { line: 1, row: { a: 1 } },
      { line: 4, row: { a: '2\n' } },
      { line: 5, row: { a: '漢😀' }, progress: 1 },
    ])
  })

  test('a broken line is one row that cannot be read, and the others can', async () => {
    const content = '{"a":1}\n{"a":\n[1]\nnull\n"x"\n{"a":2}\n'
    expect(await rowsOf(content)).toEqual([{ a: 1 }, null, null, null, null, { a: 2 }])
  })

  test('is read in pieces: characters at their edges stay whole', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => ({
      name: `${'x'.repeat(i % 9)}漢😀"ß${i}`,
    }))
    const rows = await rowsOf(many.map((one) => JSON.stringify(one)).join('\n'))
    expect(rows).toEqual(many)
  })

  test('an array, and a line without an end, are told', async () => {
    await expect(read('[{"a":1},{"a":2}]')).rejects.toThrow('one object a line')
    await expect(read(`{"a":"${'x'.repeat(5_000_000)}"}`)).rejects.toThrow('does not end')
  })
})

describe('CSV', () => {
  test('with quotes, commas and line ends in fields, and an empty one absent', async () => {
    const content = 'id,name,note\r\n1,"Byron, ""Ada""","two\nlines"\r\n2,,x\n'
    expect(await read(content)).toMatchObject([
      { line: 2, row: { id: '1', name: 'Byron, "Ada"', note: 'two\nlines' } },
      { line: 4, row: { id: '2', name: null, note: 'x' } },
    ])
  })

  test('a record with more or fewer fields, or words beside quotes, cannot be read', async () => {
    expect(await rowsOf('id,name\n1\n2,a,b\n3,"a"b\n4,d\n')).toEqual([
      null,
      null,
      null,
      { id: '4', name: 'd' },
    ])
  })

  test('a file that is neither is told', async () => {
    await expect(read('hello\nworld\n')).rejects.toThrow('neither JSON')
    await expect(read('a,a\n1,2\n')).rejects.toThrow('neither JSON')
    expect(await read('')).toEqual([])
  })

  test('fields are cut as RFC 4180 says', () => {
    expect(splitRecord('')).toEqual([''])
    expect(splitRecord('a,,"",b ')).toEqual(['a', '', '', 'b '])
    expect(splitRecord('"a')).toBeNull()
    expect(splitRecord('a"b')).toBeNull()
  })
})

describe('fields', () => {
  test('are found by path, by dotted name, and in a column of JSON', () => {
    expect(pick({ a: { b: [{ c: 1 }] } }, 'a.b.0.c')).toBe(1)
    expect(pick({ 'a.b.0.c': 2 }, 'a.b.0.c')).toBe(2)
    expect(pick({ meta: '{"name":"Ada"}' }, 'meta.name')).toBe('Ada')
    expect(pick({ meta: 'no JSON' }, 'meta.name')).toBeUndefined()
    expect(pick({}, 'constructor.name')).toBeUndefined()
  })

  test('times come in the ways of MongoDB, PostgreSQL and JSON', () => {
    const time = Date.parse('2024-03-01T10:00:00Z')
    for (const at of [
      '2024-03-01T10:00:00.000Z',
      '2024-03-01 10:00:00+00',
      time,
      { $date: '2024-03-01T10:00:00Z' },
      { $date: { $numberLong: String(time) } },
    ]) {
      expect(timeAt({ at }, 'at'), JSON.stringify(at)).toBe(time)
    }
    for (const at of [null, '', 'never', {}, []]) expect(timeAt({ at }, 'at')).toBeNull()
  })
})
