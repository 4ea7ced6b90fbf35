import type { Atrium } from '../src/app'
import type { Env } from '../src/env'
import { type MailboxMessage, renderMailboxPage } from './mailbox-page'

// Local development has one isolate, so a plain array in it is a mailbox that everybody sees.
const messagesMax = 500

const headers = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }

/**
 * The app together with a mailbox that shows what it sends. Only entries for development import
 * this, so the production bundle knows nothing of it.
 */
export function withMailbox(app: Atrium, now: () => number = Date.now): Atrium {
  const messages: MailboxMessage[] = []
  const recordingEnvs = new WeakMap<Env, Env>()
  let sent = 0

  function record(mail: SendEmail): SendEmail {
    return {
      async send(message: EmailMessage | EmailMessageBuilder): Promise<EmailSendResult> {
        const isBuilder = 'subject' in message
        const result = await (isBuilder ? mail.send(message) : mail.send(message))
        sent += 1
        messages.unshift({
          id: String(sent),
          to: addresses(message.to),
          subject: isBuilder ? message.subject : '',
          text: isBuilder ? (message.text ?? '') : '',
          html: isBuilder ? (message.html ?? '') : '',
          sentAt: new Date(now()).toISOString(),
        })
        messages.length = Math.min(messages.length, messagesMax)
        return result
      },
    }
  }

  // The app keeps its settings by the identity of env, so each env is wrapped once.
  function recordingEnv(env: Env): Env {
    const known = recordingEnvs.get(env)
    if (known) return known
    const wrapped: Env = { ...env, MAIL: record(env.MAIL) }
    recordingEnvs.set(env, wrapped)
    return wrapped
  }

  function messagesTo(address: string | null): MailboxMessage[] {
    return address === null ? messages : messages.filter(({ to }) => to === address)
  }

  function answer(request: Request, url: URL): Response | undefined {
    const isPage = url.pathname === '/dev/mailbox'
    if (!isPage && url.pathname !== '/dev/mailbox.json') return undefined
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return new Response(null, { status: 405, headers: { ...headers, Allow: 'GET, HEAD' } })
    }
    const response = isPage
      ? new Response(renderMailboxPage(messages, url.searchParams.get('id')), {
          headers: { ...headers, 'Content-Type': 'text/html; charset=utf-8' },
        })
      : Response.json(
          messagesTo(url.searchParams.get('to')).map(({ id: _, ...message }) => message),
          { headers },
        )
    return request.method === 'HEAD' ? new Response(null, response) : response
  }

  return {
    fetch(request, env, ctx) {
      if (!isLocal(env)) return app.fetch(request, env, ctx)
      return answer(request, new URL(request.url)) ?? app.fetch(request, recordingEnv(env), ctx)
    },
    scheduled(controller, env, ctx) {
      return app.scheduled(controller, isLocal(env) ? recordingEnv(env) : env, ctx)
    },
  }
}

// No name counts as production, as in the settings: a mailbox must never be open by accident.
function isLocal(env: Env): boolean {
  return env.ENVIRONMENT === 'development' || env.ENVIRONMENT === 'test'
}

function addresses(to: EmailMessageBuilder['to']): string {
  if (to === undefined) return ''
  if (Array.isArray(to)) return to.map(addresses).join(', ')
  return typeof to === 'string' ? to : to.email
}
