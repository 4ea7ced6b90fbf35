import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { apis } from '../../reference/apis'
import { documentOf } from '../../reference/document'
import { clientOf } from '../../scripts/client/client'
import { root } from '../support/sources'

/** Writes the client of every API to where the tests import it from. */
export async function setup(): Promise<void> {
  const folder = join(root, 'dist/clients')
  mkdirSync(folder, { recursive: true })
  for (const api of apis) {
    const target = join(folder, `${api.name}.ts`)
    // Moved into place whole: another run may read it at this moment.
    const draft = `${target}.${process.pid}`
    writeFileSync(draft, clientOf(await documentOf(api)))
    renameSync(draft, target)
  }
}
