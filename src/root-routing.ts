/**
 * Where the documented paths answer at the root of the origin. Each dialect has them under its own
 * name as well, where nothing is ambiguous; this table is all that decides between them here.
 */

interface Claim {
  /** A path itself and everything below it. */
  readonly under: string
  readonly dialect: string
}

const claims: readonly Claim[] = [{ under: '/user', dialect: 'social' }]

/** The path by which the app's router knows a request: a claimed root path moves under its dialect's name. */
export function routedPath(path: string): string {
  const claim = claims.find(({ under }) => path === under || path.startsWith(`${under}/`))
  return claim ? `/${claim.dialect}${path}` : path
}
