/**
 * Logs are JSON, one line each, made of fields named here. A message of a database error holds the
 * values that were bound to its statement, so no foreign message, stack or URL is ever written.
 */

export interface RequestLine {
  readonly requestId: string
  readonly method: string
  /** The pattern of the route, never the path: paths and queries hold ids, addresses and codes. */
  readonly route: string
  readonly status: number
  /** Why it was refused, by the code of the failure; absent where it was not. */
  readonly failure?: string | undefined
  readonly durationMs: number
}

export function logRequest(line: RequestLine): void {
  console.log(JSON.stringify({ level: 'info', event: 'request', ...line }))
}

/** An error nobody expected, by its class and, where it is a database's, by the kind of trouble. */
export function logProblem(error: unknown): void {
  const name = error instanceof Error ? error.name : typeof error
  // The one message that is ours: a word for the kind of trouble.
  const trouble =
    error instanceof Error && name === 'DatabaseUnavailable' ? error.message : undefined
  const causes: string[] = []
  for (let cause = error; cause instanceof Error; cause = cause.cause) causes.push(cause.name)
  console.error(
    JSON.stringify({ level: 'error', event: 'problem', name, trouble, causes, at: origin(error) }),
  )
}

/** Where in the code it came from: the first frame, without the message that precedes it. */
function origin(error: unknown): string | undefined {
  const frame = error instanceof Error ? /\n\s+at ([^\n]*)/.exec(error.stack ?? '')?.[1] : undefined
  return frame?.slice(0, 200)
}

/** Why the Worker refuses to serve: names of settings, without their values. */
export function logSettings(problems: string): void {
  console.error(JSON.stringify({ level: 'error', event: 'settings', problems }))
}

export function logUpkeep(result: { readonly [name: string]: number }): void {
  console.log(JSON.stringify({ level: 'info', event: 'upkeep', ...result }))
}
