import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { apis } from '../../reference/apis'
import { setup as writeClients } from '../http/write-clients'
import { root } from '../support/sources'

/** The clients that are made from the documents, for strict compilers. */

beforeAll(writeClients)

test('every client compiles as strictly as can be, and so does what uses it', () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const project = join(root, 'test/http/clients')
  const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' })
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 })
}, 60_000)

test.each(apis)('the client of $name is tried against a server', ({ name }) => {
  expect(existsSync(join(root, `test/http/clients/${name}.test.ts`))).toBe(true)
})
