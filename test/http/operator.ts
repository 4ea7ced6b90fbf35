import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { inject } from 'vitest'
import { root } from '../support/sources'

/** `npm run admin` on the state of the running server, as its operator would call it. */

export interface Ran {
  readonly code: number | null
  readonly output: string
}

export function admin(...args: readonly string[]): Ran {
  const place = ['--harness', '--persist-to', inject('state')]
  const script = join(root, 'scripts/admin.mjs')
  const ran = spawnSync(process.execPath, [script, ...args, ...place], { encoding: 'utf8' })
  return { code: ran.status, output: ran.stdout + ran.stderr }
}

/** The secret that a command shows once. */
export function secretIn({ code, output }: Ran): string {
  const secret = /^secret: (\S+)$/m.exec(output)?.[1]
  if (code !== 0 || secret === undefined) throw new Error(output)
  return secret
}
