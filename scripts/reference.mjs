import '../dev/typescript.mjs'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../dev/wrangler.mjs'

// Writes the API reference into assets/: a document per API, and the page that shows them. Wrangler
// runs this before it serves or deploys (wrangler.toml), so that they are never missing or old.

const { apis } = await import('../reference/apis.ts')
const { documentOf } = await import('../reference/document.ts')

for (const api of apis) {
  write(`${api.name}/openapi.json`, JSON.stringify(await documentOf(api)))
}
for (const name of ['index.html', 'docs.css', 'docs.js']) {
  write(`docs/${name}`, readFileSync(join(root, 'reference/docs', name)))
}
// Nothing is loaded from elsewhere: the viewer comes with the packages.
for (const name of ['swagger-ui-bundle.js', 'swagger-ui.css', 'LICENSE']) {
  write(`docs/${name}`, readFileSync(join(root, 'node_modules/swagger-ui-dist', name)))
}
write('docs/apis.json', JSON.stringify(apis.map(({ name, title }) => ({ name, title }))))

/** A file that stays the same is left alone, as whoever serves the folder watches it. */
function write(path, content) {
  const target = join(root, 'assets', path)
  const bytes = Buffer.from(content)
  if (isThere(target, bytes)) return
  mkdirSync(dirname(target), { recursive: true })
  // Moved into place whole: another run may write or serve it at this moment.
  const draft = `${target}.${process.pid}`
  writeFileSync(draft, bytes)
  renameSync(draft, target)
}

function isThere(target, bytes) {
  try {
    return readFileSync(target).equals(bytes)
  } catch {
    return false
  }
}
