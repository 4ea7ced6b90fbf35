import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { inspectBackup } from '../scripts/restore-steps.mjs'

/** A backup is read through before anything is changed. */

const folder = mkdtempSync(join(tmpdir(), 'atrium-file-'))
afterAll(() => rmSync(folder, { recursive: true }))

const whole = [
  '{"atrium":"backup","version":1,"migration":"0010_a.sql"}',
  '{"table":"tags","row":{"tag_id":"a"}}',
  '{"table":"tags","row":{"tag_id":"b"}}',
  '{"rows":{"tags":2,"accounts":0}}',
]

function inspect(lines: readonly string[]) {
  const file = join(folder, 'backup.jsonl')
  writeFileSync(file, lines.join('\n'))
  return inspectBackup(file)
}

test('one that is whole says at which migration it was made', async () => {
  expect(await inspect(whole)).toMatchObject({ migration: '0010_a.sql' })
})

test.each([
  ['without its end', whole.slice(0, 3), 'is not whole'],
  ['without a line', whole.toSpliced(1, 1), 'is not whole'],
  ['with a line too many', whole.toSpliced(1, 0, whole[1] ?? ''), 'is not whole'],
  ['cut in a line', whole.toSpliced(2, 1, '{"table":"ta'), 'damaged in line 3'],
  ['of another kind', ['{"a":1}'], 'is no backup'],
  ['of nothing', [], 'is no backup'],
  ['of a later format', whole.with(0, '{"atrium":"backup","version":2}'), 'another version'],
])('one %s is refused', async (_, lines, words) => {
  await expect(inspect(lines)).rejects.toThrow(words)
})
