import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../support/sources'

/** Commands on the state of a running server, as its operator would call them. */

export interface Ran {
  readonly code: number | null
  readonly output: string
}

/** Not waited for in one go: connections that the server ends meanwhile must be seen to end. */
export function runScript(name: string, ...args: readonly string[]): Promise<Ran> {
  const ran = spawn(process.execPath, [join(root, `scripts/${name}.mjs`), ...args])
  let output = ''
  for (const stream of [ran.stdout, ran.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  }
  return new Promise((resolve) => {
    ran.on('close', (code) => resolve({ code, output }))
  })
}

/** `npm run admin`. */
export function command(state: string, ...args: readonly string[]): Promise<Ran> {
  return runScript('admin', ...args, '--harness', '--persist-to', state)
}

/** The secret that a command shows once. */
export function secretIn({ code, output }: Ran): string {
  const secret = /^secret: (\S+)$/m.exec(output)?.[1]
  if (code !== 0 || secret === undefined) throw new Error(output)
  return secret
}
