import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { usage as adminUsage, runAdmin } from '../scripts/admin-commands.mjs'
import { readSettings } from '../src/env'
import { root } from './support/sources'

/** What the documents tell people to type, to set and to open is what there is. */

const paths = [
  'README.md',
  'APPLICATIONS.md',
  'OPERATIONS.md',
  'ARCHITECTURE.md',
  'SECURITY.md',
  'bench/README.md',
  'test/harness/README.md',
]
const documents = paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
const packageFile: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const { scripts } = packageFile as { scripts: Readonly<Record<string, string>> }

interface Passage {
  readonly path: string
  /** What is typed: a line of a block, or what stands between backticks. */
  readonly typed: string
  /** The words that it stands in, or the paragraph before its block. */
  readonly words: string
}

const passages = documents.flatMap(({ path, text }) => passagesOf(path, text))
const commands = passages.filter(({ typed }) => /^(npm|npx) /.test(typed))

/** Paragraphs, items and rows are passages of their own; a block belongs to what is before it. */
function passagesOf(path: string, text: string): Passage[] {
  let words = ''
  return text.split(/^(```[\s\S]*?^```)$/m).flatMap((part) => {
    if (part.startsWith('```')) {
      const lines = part
        .replace(/\\\n\s*/g, '')
        .split('\n')
        .slice(1, -1)
      return lines.flatMap((line) =>
        line.split(/ && | \| /).map((typed) => ({ path, typed: typed.trim(), words })),
      )
    }
    const said = part.split(/\n\s*\n|\n(?=- |\d+\. |\|)/).filter((one) => one.trim() !== '')
    words = said.at(-1) ?? ''
    return said.flatMap((one) => {
      const [, command = ''] = /`(npm run [\w:-]+)`/.exec(one) ?? []
      return [...one.matchAll(/`([^`]+)`/g)].map(([, code = '']) => {
        const typed = code.replace(/\s*\n\s*/g, ' ')
        return { path, typed: typed.startsWith('-- ') ? `${command} ${typed}` : typed, words: one }
      })
    })
  })
}

/** The words of a command as a shell cuts them; what is in columns behind it explains it. */
function argumentsOf(typed: string): string[] {
  const [command = ''] = typed.split(/ {3,}/)
  const found = [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)]
  return found.map(([, double, single, plain]) => double ?? single ?? plain ?? '')
}

const ours = commands.flatMap(({ path, typed }) => {
  const [npm, run, name = '', dashes, ...given] = argumentsOf(typed)
  if (npm !== 'npm' || run !== 'run') return []
  return [{ path, typed, name, given: dashes === '--' ? given : [] }]
})

test('there is something to hold', () => {
  expect(ours.length).toBeGreaterThan(60)
  expect(new Set(ours.map(({ path }) => path)).size).toBeGreaterThan(4)
})

describe('commands', () => {
  test('are scripts of package.json', () => {
    const unknown = documents.flatMap(({ path, text }) =>
      [...text.matchAll(/\bnpm run\s+([\w:-]+)/g)]
        .filter(([, name = '']) => !Object.hasOwn(scripts, name))
        .map(([said]) => `${path}: ${said}`),
    )
    expect(unknown).toEqual([])
  })

  test('are all told of in the README', () => {
    const table = documents[0]?.text.split('\n## Commands\n')[1]
    const untold = Object.keys(scripts).filter(
      (name) => name !== 'test' && !table?.includes(`\`npm run ${name}\``),
    )
    expect(untold).toEqual([])
  })

  test('of administrators are taken as they are printed', async () => {
    const lines = ours.filter(({ name, given }) => name === 'admin' && given.length > 0)
    expect(lines.length).toBeGreaterThan(20)
    const refused = []
    for (const { path, typed, given } of lines) {
      const refusal = await whyRefused(given)
      if (refusal !== null) refused.push(`${path}: ${typed}: ${refusal}`)
    }
    expect(refused).toEqual([])
  })

  const others = [...new Set(ours.map(({ name }) => name))].filter((name) => name !== 'admin')

  test.each(others)('npm run %s takes what it is printed with', (name) => {
    const given = ours.filter((one) => one.name === name).flatMap((one) => one.given)
    const [, file = ''] = (scripts[name] ?? '').split(' ')
    if (readsOptions(file)) expect(refusalOf(name)).toContain("Unknown option '--of-nobody'")
    else expect(given.filter((flag) => !isLookedFor(flag, file))).toEqual([])
  })

  test('have the flags that are told of alone', () => {
    const known = [adminUsage, ...others.map(refusalOf)].join('\n')
    const alone = passages.filter(({ typed }) => typed.startsWith('--'))
    expect(alone.length).toBeGreaterThan(10)
    const unknown = alone.flatMap(({ path, typed }) =>
      [...typed.matchAll(/--[a-z][a-z-]*/g)]
        .filter(([flag]) => !new RegExp(`${flag}(?![\\w-])`).test(known))
        .map(([flag]) => `${path}: ${flag}`),
    )
    expect(unknown).toEqual([])
  })

  test('that need an account at Cloudflare are marked, and the mark is explained', () => {
    const needing = commands.filter(
      ({ typed }) =>
        /^npx wrangler |^npm run .* --remote\b/.test(typed) ||
        (/^npm run deploy\b/.test(typed) && !typed.includes('--dry-run')),
    )
    expect(needing.length).toBeGreaterThan(20)
    const unmarked = needing.filter(({ words }) => !words.includes('☁'))
    expect(unmarked.map(({ path, typed }) => `${path}: ${typed}`)).toEqual([])
    const unexplained = documents.filter(
      ({ text }) => text.includes('☁') && !/Cloudflare\s+account[^.]*☁/.test(text),
    )
    expect(unexplained.map(({ path }) => path)).toEqual([])
  })
})

const readsOptions = (file: string) =>
  file.endsWith('.mjs') && readFileSync(join(root, file), 'utf8').includes('parseArgs(')

const isLookedFor = (flag: string, file: string) =>
  readFileSync(join(root, file), 'utf8').includes(`process.argv.includes('${flag}')`)

const refusals = new Map<string, string>()

/**
 * What a command says to all that it is printed with, and last a flag that nobody knows, so that it never
 * does any of it; nothing where it reads no options.
 */
function refusalOf(name: string): string {
  const [, file = '', ...fixed] = (scripts[name] ?? '').split(' ')
  if (!readsOptions(file)) return ''
  const before = refusals.get(name)
  if (before !== undefined) return before
  const given = ours.filter((one) => one.name === name).flatMap((one) => one.given)
  const said = [file, ...fixed, ...given, '--of-nobody']
  const { stderr } = spawnSync(process.execPath, said, { cwd: root, encoding: 'utf8' })
  refusals.set(name, stderr)
  return stderr
}

/** Why the arguments are not right; null where a database would be asked. */
async function whyRefused(given: string[]): Promise<string | null> {
  const reached = new Error('reached')
  try {
    await runAdmin(given, () => {
      throw reached
    })
    return 'it asked for no database'
  } catch (error) {
    return error === reached ? null : String(error)
  }
}

describe('settings', () => {
  const [, afterHeading = ''] = (documents[0]?.text ?? '').split('\n## Settings\n')
  const [section = ''] = afterHeading.split('\n## ')
  const told = section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => {
      const [, names = '', presets = ''] = line.split('|').map((cell) => cell.trim())
      const named = [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => name)
      const preset = (i: number) => (named.length > 1 ? (presets.split(', ')[i] ?? '') : presets)
      return named.map((name, i) => ({ name, preset: preset(i) }))
    })
  const given = {
    ORIGIN: 'https://atrium.test',
    MAIL_FROM: 'accounts@atrium.test',
    PEPPER_1: 'p'.repeat(32),
    APP_KEY_1: 'k'.repeat(32),
  }
  const settingsOf = (variables: object) => readSettings(variables as never)

  test('are told of, each of them, and no others', () => {
    const source = readFileSync(join(root, 'src/env.ts'), 'utf8')
    const [, shape = ''] = /const Variables = z\.object\(\{([\s\S]*?)\n\}\)/.exec(source) ?? []
    const names = [...shape.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name = '']) => name)
    expect(names.length).toBeGreaterThan(40)
    expect(told.map(({ name }) => name).sort()).toEqual([...names, 'PEPPER_n', 'APP_KEY_n'].sort())
  })

  const needed = ['ORIGIN', 'MAIL_FROM', 'PEPPER_n', 'APP_KEY_n']

  test.each(needed)('%s is needed', (name) => {
    expect(told.find((one) => one.name === name)?.preset).toMatch(/needed|secrets/)
    const without = { ...given, [name.replace('_n', '_1')]: undefined }
    expect(() => settingsOf(without)).toThrow(name.replace('_n', '_1'))
  })

  const preset = told.filter(
    ({ name }) => !needed.includes(name) && !['EDITABLE_FIELDS'].includes(name),
  )

  test.each(preset)('$name is $preset where it is left out', ({ name, preset }) => {
    const isLocal = preset.endsWith(' in local development')
    const surroundings = isLocal ? { ...given, ENVIRONMENT: 'development' } : given
    const days = /^(\d+) days$/.exec(preset)?.[1]
    const [, plain] = /^`([^`]+)`/.exec(preset) ?? []
    // An empty variable would count as left out, and hold nothing.
    const value = days ? String(Number(days) * 86_400) : preset === 'none' ? ',' : plain
    expect(value).toBeDefined()
    expect(settingsOf({ ...surroundings, [name]: value })).toEqual(settingsOf(surroundings))
  })
})

describe('links', () => {
  const links = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = '']) => ({ path, target })),
  )

  test('lead to files and headings that are there', () => {
    expect(links.length).toBeGreaterThan(20)
    const broken = links.filter(({ path, target }) => {
      const [file = '', anchor] = target.split('#')
      const found = file === '' ? path : join(dirname(path), file)
      if (!existsSync(join(root, found))) return true
      return anchor !== undefined && !anchorsOf(found).includes(anchor)
    })
    expect(broken).toEqual([])
  })
})

/** The headings' names, as GitHub makes them. */
function anchorsOf(path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8').replace(/^```[\s\S]*?^```$/gm, '')
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  )
}
