import { Hono } from 'hono'
import { html } from 'hono/html'
import { disownEmail } from '../core/email-confirmation'
import { failureOf } from '../core/errors'
import { readBody } from './body'
import type { AppEnv } from './dialect'
import { shield } from './shield'

/**
 * The page named in confirmation mails, for people whose address somebody else used. The code is
 * typed in and posted, so that no mail scanner deletes an account by following a link.
 */

const style =
  ':root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:32em;margin:3em auto;padding:0 1em}input,button{font:inherit;padding:.5em;width:100%;box-sizing:border-box;margin:.5em 0}'

async function styleHash(): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style))
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
}

function page(content: ReturnType<typeof html>) {
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>This was not me</title><style>${style}</style></head><body><main>${content}</main></body></html>`
}

const form = html`<h1>This was not me</h1>
<p>Enter the code from the end of the mail. An account that was made with your address is deleted; a change to your address is dropped.</p>
<form method="post" action="/disown-email"><label>Code <input name="code" autocomplete="off" autocapitalize="off" spellcheck="false" required maxlength="128"></label><button>It was not me</button></form>`

export const disownPage = new Hono<AppEnv>()

disownPage.use('/disown-email', async (c, next) => {
  await next()
  c.header(
    'Content-Security-Policy',
    `default-src 'none'; style-src 'sha256-${await styleHash()}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  )
})

disownPage.get('/disown-email', (c) => c.html(page(form)))

disownPage.post('/disown-email', shield, async (c) => {
  const sent = await readBody(c)
  const code = typeof sent === 'object' && sent !== null ? Reflect.get(sent, 'code') : null
  try {
    await disownEmail(c.var.core, typeof code === 'string' ? code : '')
  } catch (error) {
    if (failureOf(error)?.code !== 'invalid_code') throw error
    const message = html`<p role="alert"><strong>This code is not known, or no longer valid.</strong></p>${form}`
    return c.html(page(message), 400)
  }
  return c.html(page(html`<h1>Done</h1><p>Thank you. Your address is no longer used.</p>`))
})
