import type { Context } from 'hono'
import type { AppEnv } from './dialect'

/** The root of the origin: what this is, and where to go from here. */
export function welcome(c: Context<AppEnv>, dialects: readonly string[]): Response {
  const { appName, origin } = c.var.core.settings
  return c.json({
    name: appName,
    about: 'One account system with several documented HTTP APIs over the same accounts.',
    dialects: dialects.map((name) => ({ name, at: `${origin}/${name}` })),
    health: `${origin}/healthz`,
    docs: 'README.md and ARCHITECTURE.md of the source',
  })
}
