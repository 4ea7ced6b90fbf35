import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, resolve } from 'node:path'

/** The sources as text, for the tests that read them instead of running them. */

export const root = resolve(import.meta.dirname, '../..')

export interface Source {
  /** From the root of the project, with forward slashes. */
  readonly path: string
  readonly text: string
}

export function readSources(folder: string, extensions: readonly string[] = ['.ts']): Source[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && extensions.some((end) => entry.name.endsWith(end)))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes('node_modules') && !path.includes('.wrangler'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

/** What a file imports: files of the project by their path from the root, packages by their name. */
export function importsOf({ path, text }: Source): string[] {
  const specifiers = [
    ...text.matchAll(/^\s*(?:import|export)\b[^'"]*?from\s+['"]([^'"]+)['"]/gm),
    ...text.matchAll(/^\s*import\s+['"]([^'"]+)['"]/gm),
    ...text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g),
  ].map(([, specifier = '']) => specifier)
  return specifiers.map((specifier) => {
    if (specifier.startsWith('.')) return normalize(join(dirname(path), specifier))
    const [scope = '', name = ''] = specifier.split('/')
    return specifier.startsWith('@') ? `${scope}/${name}` : scope
  })
}

/** The code without its comments, line by line, for rules about code alone. */
export function codeOf({ text }: Source): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}

/** Where a pattern occurs in the code, as `path: how often`. */
export function occurrences(sources: readonly Source[], pattern: RegExp): string[] {
  return sources.flatMap((source) => {
    const count = [...codeOf(source).matchAll(pattern)].length
    return count === 0 ? [] : [`${source.path}: ${count}`]
  })
}
