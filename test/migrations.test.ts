import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './support/sources'

interface Journal {
  readonly entries: readonly { readonly idx: number; readonly tag: string; readonly when: number }[]
}

const folder = join(root, 'migrations')
const journal = JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8')) as Journal
const sqlFiles = readdirSync(folder)
  .filter((name) => name.endsWith('.sql'))
  .sort()

test('every migration is in the journal, in order, with its snapshot', () => {
  expect(journal.entries.map(({ tag }) => `${tag}.sql`)).toEqual(sqlFiles)
  for (const [i, { idx, tag }] of journal.entries.entries()) {
    expect(idx).toBe(i)
    const number = String(i).padStart(4, '0')
    expect(tag.startsWith(`${number}_`)).toBe(true)
    expect(existsSync(join(folder, `meta/${number}_snapshot.json`))).toBe(true)
  }
})

test('no migration drops what another version of the Worker may still read', () => {
  for (const name of sqlFiles) {
    const sql = readFileSync(join(folder, name), 'utf8')
    // An index of the search is made again, in the same transaction and with the same columns.
    const isRemade = sql.includes(
      'CREATE VIRTUAL TABLE `account_search` USING fts5(\n  username, name,',
    )
    const kept = isRemade ? sql.replace('DROP TABLE `account_search`', '') : sql
    expect(kept, name).not.toMatch(/\bDROP (TABLE|COLUMN)\b/i)
  }
})

test('the schema says nothing that the migrations do not', () => {
  const copy = mkdtempSync(join(tmpdir(), 'atrium-migrations-'))
  try {
    cpSync(folder, copy, { recursive: true })
    const output = execFileSync(
      process.execPath,
      [
        join(root, 'node_modules/drizzle-kit/bin.cjs'),
        'generate',
        '--dialect=sqlite',
        '--schema=./src/storage/*schema.ts',
        // drizzle-kit takes the folder as relative, whatever it is.
        `--out=${relative(root, copy)}`,
      ],
      { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    )
    expect(output).toContain('No schema changes')
    expect(readdirSync(copy).sort()).toEqual(readdirSync(folder).sort())
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}, 60_000)
