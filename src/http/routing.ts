import { HonoBase } from 'hono/hono-base'
import type { Result, Router } from 'hono/router'
import { TrieRouter } from 'hono/router/trie-router'
import type { AppEnv } from './dialect'

/** Hono with the router that an app of many areas needs, where few are asked for in one isolate. */

/** The app mounts them, and its router is the one that finds them. */
const unasked: Router<never> = { name: 'none', add() {}, match: () => [[]] }

/** Routes to be mounted by `route`. */
export function createRoutes() {
  return new HonoBase<AppEnv>({ router: unasked })
}

/** The app, which answers requests. */
export function createRoot(getPath: (request: Request) => string) {
  return new HonoBase<AppEnv>({ router: createRouter(), getPath })
}

const firstSegment = (path: string) => path.split('/', 2)[1] ?? ''
const isPattern = (path: string) => /[:*]/.test(path)
const everywhere = '*'

/**
 * Puts the routes that begin with one word into a trie when the first request for it comes: to do it
 * for all of them was a sixth of the work of an isolate's start.
 */
function createRouter<Handler>(): Router<Handler> {
  const routes: [first: string, ...Parameters<Router<Handler>['add']>][] = []
  const firsts = new Set<string>()
  const tries = new Map<string, TrieRouter<Handler>>()
  /** Paths that a route spells out: what they match is found once, and strangers cannot add to them. */
  const literals = new Set<string>()
  const known = new Map<string, Result<Handler>>()

  function trieFor(path: string): TrieRouter<Handler> {
    const segment = firstSegment(path)
    // A word that no route begins with makes no trie of its own, or strangers could fill the memory.
    const asked = firsts.has(segment) ? segment : everywhere
    const built = tries.get(asked)
    if (built) return built
    const trie = new TrieRouter<Handler>()
    for (const [first, ...route] of routes) {
      if (first === asked || first === everywhere) trie.add(...route)
    }
    tries.set(asked, trie)
    return trie
  }

  return {
    name: 'by first segment',
    add(method, path, handler) {
      const segment = firstSegment(path)
      // What may stand for any word is looked at with each.
      const first = isPattern(segment) ? everywhere : segment
      routes.push([first, method, path, handler])
      firsts.add(first)
      if (!isPattern(path)) literals.add(path)
    },
    match(method, path) {
      const asked = `${method} ${path}`
      const found = known.get(asked)
      if (found) return found
      const matched = trieFor(path).match(method, path)
      if (literals.has(path)) known.set(asked, matched)
      return matched
    },
  }
}
