import '../dev/typescript.mjs'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'

// Writes the typed client of an API into a file: TypeScript that needs nothing but fetch.

const { apis } = await import('../reference/apis.ts')
const { documentOf } = await import('../reference/document.ts')
const { clientOf } = await import('./client/client.ts')

const names = apis.map(({ name }) => name)
const usage = `usage: npm run client -- ${names.join('|')} --out FILE`

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { out: { type: 'string' } },
  })
  const [name, ...more] = positionals
  const api = apis.find((one) => one.name === name)
  if (!api || more.length > 0) throw new Error(`The APIs are ${names.join(', ')}.`)
  if (values.out === undefined) throw new Error('--out is missing: the file to write.')
  const target = resolve(values.out)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, clientOf(await documentOf(api)))
  console.log(`${api.title}: ${target}`)
} catch (error) {
  console.error(`${error.message}\n${usage}`)
  process.exit(2)
}
