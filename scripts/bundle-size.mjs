import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { runWrangler } from '../dev/wrangler.mjs'

// Bundles what `wrangler deploy` would send, and fails when it is over its budget or holds what is
// for development only.

const budgetBytes = 150 * 1024
const localOnly = ['/dev/mailbox', '__harness']

const folder = mkdtempSync(join(tmpdir(), 'bundle-'))
const bundled = runWrangler(['deploy', '--dry-run', '--minify', '--env', '', '--outdir', folder])
if (bundled.code !== 0) {
  console.error(bundled.stdout + bundled.stderr)
  process.exit(1)
}
// Wrangler counts the texts that the bundle imports as well, and so does the platform.
const total = /gzip: ([\d.]+) KiB/.exec(bundled.stdout)?.[1]
const script = readFileSync(join(folder, 'index.js'))
rmSync(folder, { recursive: true })

const bytes = Math.round(Number(total) * 1024)
const found = localOnly.filter((text) => script.includes(text))
console.log(`bundle: ${total} KiB gzip (script alone ${gzipSync(script).length} bytes), budget 150`)
if (found.length > 0) console.error(`the bundle holds ${found.join(' and ')}`)
process.exit(bytes > 0 && bytes <= budgetBytes && found.length === 0 ? 0 : 1)
