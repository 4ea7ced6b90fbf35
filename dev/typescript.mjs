import { existsSync, readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

// Imported first, lets a script import the sources as the bundler reads them: without endings, a folder
// by its index, and texts as strings.

registerHooks({
  resolve(specifier, context, next) {
    const isOurs = specifier.startsWith('.') && !/\.\w+$/.test(specifier)
    if (!isOurs) return next(specifier, context)
    const isFile = existsSync(new URL(`${specifier}.ts`, context.parentURL))
    return next(isFile ? `${specifier}.ts` : `${specifier}/index.ts`, context)
  },
  load(url, context, next) {
    if (!url.endsWith('.txt')) return next(url, context)
    const text = readFileSync(new URL(url), 'utf8')
    return {
      format: 'module',
      shortCircuit: true,
      source: `export default ${JSON.stringify(text)}`,
    }
  },
})
