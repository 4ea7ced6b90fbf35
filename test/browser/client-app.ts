import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inject } from 'vitest'
import { send } from '../http/harness'
import { type App, newApp, newRequest, redeem, type Tokens } from '../http/oauth-flow'

/** A small web application that lets people sign in with Atrium, on an origin of its own. */

export interface ClientApp {
  readonly app: App
  readonly origin: string
  /** What it was given, the newest last. */
  readonly given: Tokens[]
  stop(): Promise<void>
}

export async function startClientApp(name: string): Promise<ClientApp> {
  const given: Tokens[] = []
  const verifiers = new Map<string, string>()
  let app: App

  function begin(): string {
    const { address, parameters, verifier } = newRequest(app)
    verifiers.set(parameters.state, verifier)
    return `${inject('origin')}${address}`
  }

  async function receive(query: URLSearchParams): Promise<string> {
    const state = query.get('state') ?? ''
    const verifier = verifiers.get(state)
    if (verifier === undefined) return 'This was not asked for'
    const error = query.get('error')
    if (error !== null) return `No: ${error}`
    const { status, json, text } = await redeem(app, query.get('code') ?? '', verifier)
    if (status !== 200) return `Not redeemed: ${text}`
    given.push(json)
    const headers = { Authorization: `Bearer ${json.access_token}` }
    return `Hello ${(await send('/oauth/userinfo', { headers })).json.name}`
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (url.pathname === '/begin') return response.writeHead(302, { Location: begin() }).end()
    if (url.pathname === '/callback') return show(response, await receive(url.searchParams))
    if (url.pathname === '/goodbye') return show(response, 'Goodbye')
    if (url.pathname === '/post') return show(response, name, formTo(url.searchParams))
    return show(response, name)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  app = await newApp({
    name,
    redirectUri: `${origin}/callback`,
    logoutUri: `${origin}/goodbye`,
  })
  const stop = () => new Promise<void>((done) => server.close(() => done()))
  return { app, origin, given, stop }
}

/** A form that sends whatever it is told to wherever it is told, as `to` names it. */
function formTo(query: URLSearchParams): string {
  const fields = [...query].map(([field, value]) => `<input name="${field}" value="${value}">`)
  return `<form method="post" action="${query.get('to')}">${fields.join('')}<button>Send</button></form>`
}

function show(response: ServerResponse, heading: string, more = ''): void {
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', Connection: 'close' })
  response.end(`<!doctype html><html lang="en"><title>${heading}</title>
<link rel="icon" href="data:,"><h1>${heading}</h1>${more}<a href="/begin">Sign in with Atrium</a></html>`)
}
