import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { routedPath } from '../src/root-routing'
import { codeOf, importsOf, occurrences, readSources, root } from './support/sources'

/** The rules of the house (DESIGN.md), read off the sources, so that nobody has to remember them. */

const sources = readSources('src')
const tests = readSources('test')
const dialects = readdirSync(join(root, 'src/dialects'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

/** Imports of the files under a folder that none of the allowed beginnings covers. */
function foreignImports(folder: string, allowed: readonly string[]): string[] {
  const covers = (target: string) =>
    allowed.some((one) => target === one || target.startsWith(`${one}/`))
  return sources
    .filter(({ path }) => path.startsWith(folder))
    .flatMap((source) =>
      importsOf(source)
        .filter((target) => !covers(target))
        .map((target) => `${source.path} imports ${target}`),
    )
}

describe('who may import whom', () => {
  test('there is something to read', () => {
    expect(sources.length).toBeGreaterThan(40)
    expect(sources.flatMap(importsOf)).toContain('drizzle-orm')
    expect(sources.flatMap(importsOf)).toContain('src/core/context')
  })

  test('crypto stands on nothing but jose', () => {
    expect(foreignImports('src/crypto/', ['src/crypto', 'jose'])).toEqual([])
  })

  test('storage stands on drizzle and crypto', () => {
    const allowed = ['src/storage', 'src/crypto', 'drizzle-orm']
    expect(foreignImports('src/storage/', allowed)).toEqual([])
  })

  test('the core stands on storage, crypto and the settings, and knows no Hono', () => {
    const allowed = ['src/core', 'src/storage', 'src/crypto', 'src/env', 'drizzle-orm']
    expect(foreignImports('src/core/', allowed)).toEqual([])
  })

  test('statements are written with our own sql, as drizzle’s costs more than what it is for', () => {
    const written = sources.filter(({ path }) => !/schema\.ts$/.test(path))
    const drizzles = /\{[^}]*\bsql\b[^}]*\} from 'drizzle-orm/
    expect(written.filter(({ text }) => drizzles.test(text)).map(({ path }) => path)).toEqual([])
  })

  test('http knows the core and Hono, and neither tables nor dialects', () => {
    const allowed = ['src/http', 'src/core', 'src/env', 'hono', 'zod', 'uqr']
    expect(foreignImports('src/http/', allowed)).toEqual([])
  })

  test('answers are made by the context, which has the headers that all of them need', () => {
    const made = /new Response\(|\bResponse\.(json|redirect|error)\(|\bc\.res = /
    const makers = sources.filter((source) => made.test(codeOf(source))).map(({ path }) => path)
    // That one reads a form, and answers nobody.
    expect(makers).toEqual(['src/http/multipart.ts'])
  })

  test.each(dialects)('%s knows the core, http, Hono and zod, and no other dialect', (name) => {
    const allowed = [`src/dialects/${name}`, 'src/core', 'src/http', 'hono', 'zod']
    expect(foreignImports(`src/dialects/${name}/`, allowed)).toEqual([])
  })

  test('the authorization server knows the core, http, Hono and zod, and no dialect', () => {
    const allowed = ['src/oauth', 'src/core', 'src/http', 'hono', 'zod']
    expect(foreignImports('src/oauth/', allowed)).toEqual([])
  })

  test.each(['pages', 'administration'])(
    'the pages in src/%s know the core, http, Hono and zod, and no dialect',
    (name) => {
      const allowed = [`src/${name}`, 'src/core', 'src/http', 'hono', 'zod']
      expect(foreignImports(`src/${name}/`, allowed)).toEqual([])
      const importers = sources.filter(
        (source) =>
          !source.path.startsWith(`src/${name}/`) &&
          importsOf(source).some((target) => target.startsWith(`src/${name}/`)),
      )
      expect(importers.map(({ path }) => path)).toEqual(['src/app.ts'])
    },
  )

  test('settings and routing at the root stand on nothing of ours', () => {
    expect(foreignImports('src/env.ts', ['zod'])).toEqual([])
    expect(foreignImports('src/root-routing.ts', [])).toEqual([])
  })

  test('zod is zod/mini: the other one would come on top of it', () => {
    expect(occurrences(sources, /from 'zod'/g)).toEqual([])
    expect(occurrences(sources, /from 'zod\/mini'/g)).toContain('src/env.ts: 1')
  })

  test('Hono is its base with one router: what it brings by itself tries another first, in vain', () => {
    expect(occurrences(sources, /^import (?!type ).*from 'hono'$/gm)).toEqual([])
    expect(occurrences(sources, /from 'hono\/hono-base'/g)).toEqual(['src/http/routing.ts: 1'])
  })

  test('dialects are imported where they are put together, and nowhere else', () => {
    const importers = sources
      .filter((source) =>
        importsOf(source).some((target) => {
          const [, area, name] = target.split('/')
          return area === 'dialects' && !source.path.startsWith(`src/dialects/${name}/`)
        }),
      )
      .map(({ path }) => path)
    expect(importers).toEqual(['src/app.ts', 'src/dialects/index.ts'])
  })

  test('nothing that is deployed imports what is for development or tests', () => {
    const outside = sources.flatMap((source) =>
      importsOf(source).filter((target) => /^(dev|test|scripts|bench|reference)\//.test(target)),
    )
    expect(outside).toEqual([])
  })

  test('tests speak to dialects, to OAuth and to pages as clients do: they import none of them, nor http', () => {
    const importers = tests.filter((source) =>
      importsOf(source).some((target) =>
        /^src\/(dialects|http|oauth|pages|administration)(\/|$)/.test(target),
      ),
    )
    expect(importers.map(({ path }) => path)).toEqual([])
  })
})

describe('the core', () => {
  const core = sources.filter(({ path }) => path.startsWith('src/core/'))

  test('knows no request, no answer, no header and no status', () => {
    const words =
      /(?<![-\w:])(Response|Request|Headers|hono|statusCode|status|Set-Cookie|cookie)(?![-\w])/gi
    expect(occurrences(core, words)).toEqual([])
    // 1000, 600_000 and the like are other numbers.
    expect(occurrences(core, /(?<![\d_.])(4\d\d|50[0-4])(?![\d_.])/g)).toEqual([])
  })

  test('knows no dialect by name', () => {
    const names = new RegExp(`['"\`](${dialects.join('|')})['"\`]`, 'g')
    expect(occurrences(core, names)).toEqual([])
  })
})

describe('what may be done in one place only', () => {
  test('deriving bits from a password, under the platform’s cap', () => {
    expect(occurrences(sources, /deriveBits\s*\(/g)).toEqual(['src/crypto/pbkdf2.ts: 1'])
  })

  test('opening a session', () => {
    const opening = /INSERT INTO sessions|insert\(sessions\)/gi
    expect(occurrences(sources, opening)).toEqual(['src/core/session-opening.ts: 1'])
  })

  test('reading the clock: every decision of a request is made at one moment', () => {
    expect(occurrences(sources, /Date\.now|new Date\(\)|performance\.now/g)).toEqual([
      expect.stringContaining('src/app.ts: '),
    ])
  })

  test('making ids and jitter from what is not meant for secrets', () => {
    expect(occurrences(sources, /randomUUID/g)).toEqual([
      'src/core/create-core.ts: 1',
      'src/core/session-opening.ts: 2',
    ])
    expect(occurrences(sources, /Math\.random/g)).toEqual(['src/storage/database.ts: 1'])
  })

  test('writing to the log', () => {
    expect(occurrences(sources, /console\.\w+/g)).toEqual([
      expect.stringContaining('src/http/log.ts: '),
    ])
  })
})

describe('what may be done nowhere', () => {
  test('transactions that D1 does not have', () => {
    expect(occurrences(sources, /\.transaction\s*\(/g)).toEqual([])
  })

  test('replacing rows, which fires no trigger', () => {
    expect(occurrences(sources, /INSERT OR REPLACE|REPLACE INTO/gi)).toEqual([])
  })

  test('barrels, default exports but the Worker’s, and SQL from text', () => {
    expect(occurrences(sources, /^export \* from/gm)).toEqual([])
    expect(occurrences(sources, /^export default/gm)).toEqual(['src/index.ts: 1'])
    expect(occurrences(sources, /sql\.raw\(/g)).toEqual([])
  })
})

describe('files', () => {
  const lines = (text: string) => text.split('\n').length - 1

  test('are no longer than 300 lines', () => {
    const long = [...sources, ...readSources('dev'), ...readSources('reference')].filter(
      ({ text }) => lines(text) > 300,
    )
    expect(long.map(({ path, text }) => `${path}: ${lines(text)}`)).toEqual([])
  })

  test('are named in kebab-case after what they are about', () => {
    const names = [...sources, ...tests].map(({ path }) => basename(path))
    expect(
      names.filter((name) => !/^[a-z0-9-]+(\.(d|test|security\.test))?(\.config)?\.ts$/.test(name)),
    ).toEqual([])
    const vague = /(^|-)(service|manager|helpers?|utils?|common|impl|handlers?)(-|\.)/
    expect(names.filter((name) => vague.test(name))).toEqual([])
  })
})

describe.each(dialects)('the dialect %s', (name) => {
  test('is five files, one line in the list and one driver', () => {
    const files = ['errors.ts', 'index.ts', 'requests.ts', 'responses.ts', 'routes.ts']
    const present = readdirSync(join(root, 'src/dialects', name))
    expect(present).toEqual(expect.arrayContaining(files))
    expect(readFileSync(join(root, 'src/dialects/index.ts'), 'utf8')).toContain(`'./${name}'`)
    expect(existsSync(join(root, `test/dialects/${name}/driver.ts`))).toBe(true)
    const drivers = readFileSync(join(root, 'test/support/drivers.ts'), 'utf8')
    expect(drivers).toContain(`'../dialects/${name}/driver'`)
  })
})

/** `METHOD /path` of every route that a dialect registers, as its routes file writes it. */
function routesOf(name: string): string[] {
  const code = sources
    .filter(({ path }) => path.startsWith(`src/dialects/${name}/`) && path.includes('routes'))
    .map(codeOf)
    .join('\n')
  const single = [...code.matchAll(/\.(get|post|put|patch|delete)\(\s*'(\/[^']*)'/g)]
  const several = [...code.matchAll(/\.on\(\s*\[([^\]]*)\],\s*'(\/[^']*)'/g)]
  return [
    ...single.map(([, method = '', path]) => `${method.toUpperCase()} ${path}`),
    ...several.flatMap(([, methods = '', path]) =>
      [...methods.matchAll(/\w+/g)].map(([method]) => `${method} ${path}`),
    ),
  ]
}

/** Claimed twice, and told apart by the request itself, or answered under one name only (DESIGN.md). */
const toldApart = [
  'POST /user/create',
  'POST /users/login',
  'POST /user/logout',
  'POST /users/logout',
]

describe('paths at the root of the origin', () => {
  const routes = dialects.flatMap((name) => routesOf(name).map((route) => ({ name, route })))

  test('are found in the sources', () => {
    expect(routes.map(({ route }) => route)).toContain('POST /user/login')
    expect(routes.map(({ route }) => route)).toContain('GET /user/logout')
  })

  test('are claimed by one dialect each', () => {
    const claimants = Map.groupBy(routes, ({ route }) => route.replace(/:\w+/g, ':'))
    const twice = [...claimants]
      .filter(([route, claims]) => claims.length > 1 && !toldApart.includes(route))
      .map(([route, claims]) => `${route}: ${claims.map(({ name }) => name).join(', ')}`)
    expect(twice).toEqual([])
  })

  test('lead to the dialect that documents them', async () => {
    const lost: string[] = []
    for (const { name, route } of routes.filter((claim) => !toldApart.includes(claim.route))) {
      const [method = '', path = ''] = route.split(' ')
      const routed = await routedPath(new Request(`http://localhost${path}`, { method }))
      if (routed !== `/${name}${path}`) lost.push(`${name}: ${route}`)
    }
    expect(lost).toEqual([])
  })
})

describe('the harness', () => {
  /** The binding names of a wrangler.toml under the tables that make them, its date and its flags. */
  function bindingsOf(path: string) {
    let table = ''
    const bindings: string[] = []
    let date = ''
    for (const line of readFileSync(join(root, path), 'utf8').split('\n')) {
      table = /^\[\[(\w+)\]\]$/.exec(line.trim())?.[1] ?? (line.startsWith('[') ? '' : table)
      const [, key = '', value = ''] = /^(\w+)\s*=\s*"([^"]*)"/.exec(line) ?? []
      if (key === 'compatibility_date') date = value
      if (table !== '' && (key === 'binding' || key === 'name')) bindings.push(`${table} ${value}`)
    }
    const flags = /^compatibility_flags = (.+)$/m.exec(readFileSync(join(root, path), 'utf8'))?.[1]
    return { date, flags, bindings: bindings.sort() }
  }

  test('has the bindings, the date and the flags of production', () => {
    const production = bindingsOf('wrangler.toml')
    expect(production.bindings).toHaveLength(5)
    // Without it a webhook in our own zone would go past Cloudflare, to whatever stands behind.
    expect(production.flags).toBe('["global_fetch_strictly_public"]')
    expect(bindingsOf('test/harness/wrangler.toml')).toEqual(production)
  })
})

describe('the documents', () => {
  const documents = [
    'README.md',
    'ARCHITECTURE.md',
    'SECURITY.md',
    'OPERATIONS.md',
    'APPLICATIONS.md',
    'bench/README.md',
    'test/harness/README.md',
  ].filter((path) => existsSync(join(root, path)))
  const everywhere = [
    ...sources,
    ...tests,
    ...readSources('dev'),
    ...readSources('reference'),
    ...readSources('scripts', ['.mjs']),
  ]
  const baseNames = new Set(everywhere.map(({ path }) => basename(path)))

  test.each(documents)('%s cites only files that exist', (document) => {
    const text = readFileSync(join(root, document), 'utf8')
    const cited = [...text.matchAll(/`([\w@./-]+\.(?:ts|mjs|md|toml|json|sql|txt))`/g)].map(
      ([, path = '']) => path,
    )
    const linked = [...text.matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, path = '']) => path)
    const folders = [
      ...text.matchAll(/`((?:src|test|dev|scripts|migrations|bench|reference)\/[\w./-]*\/)`/g),
    ]
    const missing = [...cited, ...linked, ...folders.map(([, path = '']) => path)].filter(
      (path) =>
        !existsSync(join(root, path)) &&
        !existsSync(join(root, document, '..', path)) &&
        // A bare name, where the sentence says in which folder.
        !(path === basename(path) && baseNames.has(path)),
    )
    expect(missing).toEqual([])
  })
})
