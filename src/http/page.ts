import type { Context } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { closeToScripts } from './cors'
import type { AppEnv } from './dialect'

/**
 * Pages that people see: plain HTML from the server, without a line of script. Whatever is put into the
 * `html` of a page is escaped there.
 */

export type Html = ReturnType<typeof html>

export interface Page {
  readonly title: string
  readonly content: Html
  /** Where its forms may lead beside our own origin, as sources of a CSP: browsers ask that of redirects too. */
  readonly formTargets?: readonly string[]
  /** Whether it takes the width of a desk rather than that of a card. */
  readonly isWide?: boolean
}

function policy(formTargets: readonly string[]): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self' data:",
    ["form-action 'self'", ...formTargets].join(' '),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}

/** Whether it is a browser that asks, for somebody to look at. */
export function wantsPage(c: Context<AppEnv>): boolean {
  c.header('Vary', 'Accept', { append: true })
  return c.req.header('Accept')?.includes('text/html') ?? false
}

export function answerPage(
  c: Context<AppEnv>,
  page: Page,
  status: ContentfulStatusCode = 200,
): Response | Promise<Response> {
  const { appName } = c.var.core.settings
  closeToScripts(c)
  c.header('Content-Security-Policy', policy(page.formTargets ?? []))
  // Forms need it: without a referrer a browser sends the origin of its own page as "null".
  c.header('Referrer-Policy', 'same-origin')
  return c.html(
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.title} · ${appName}</title>
<link rel="stylesheet" href="/page.css">
<link rel="icon" href="data:,">
</head>
<body class="${page.isWide ? 'wide' : 'card'}">
<header><a class="brand" href="/account">${appName}</a></header>
<main>
${page.content}
</main>
</body>
</html>`,
    status,
  )
}
