import type { Context } from 'hono'
import { html } from 'hono/html'
import type { AppEnv } from './dialect'
import { answerPage, wantsPage } from './page'

/** The root of the origin: what this is, and where to go from here, for programs and for people. */
export function welcome(
  c: Context<AppEnv>,
  dialects: readonly string[],
): Response | Promise<Response> {
  const { appName, origin } = c.var.core.settings
  if (wantsPage(c)) {
    return answerPage(c, {
      title: 'Welcome',
      content: html`<h1>Welcome to ${appName}</h1>
<p class="lead">One account for everything that asks for it.</p>
<p class="actions"><a class="button primary" href="/account">Go to your account</a></p>`,
    })
  }
  return c.json({
    name: appName,
    about: 'One account system with several documented HTTP APIs over the same accounts.',
    dialects: dialects.map((name) => ({ name, at: `${origin}/${name}` })),
    health: `${origin}/healthz`,
    docs: `${origin}/docs`,
  })
}
