import type { PostMessage, PostOutcome } from '../core/webhook-deliveries'

/** Messages to webhooks over HTTP, in the words of Standard Webhooks 1.0.0. */

const timeoutMs = 10 * 1000

/** A redirect is a failure: an address that has moved is for an administrator to change. */
export const postMessage: PostMessage = async ({ url, id, seconds, signature, body }) => {
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'Atrium',
        'webhook-id': id,
        'webhook-timestamp': String(seconds),
        'webhook-signature': signature,
      },
      body,
    })
    // Nobody reads what a receiver says, and the connection is needed for the next message.
    await response.body?.cancel().catch(() => undefined)
    return outcomeOf(response)
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError'
    const problem = isLate ? `no answer within ${timeoutMs / 1000} seconds` : 'cannot be reached'
    return { kind: 'failed', problem, retryAfterSeconds: null }
  }
}

function outcomeOf({ ok, status, headers }: Response): PostOutcome {
  if (ok) return { kind: 'taken' }
  if (status === 410) return { kind: 'gone' }
  // The form with a date is left alone: our own wait is as good a guess.
  const asked = /^\d{1,6}$/.exec(headers.get('Retry-After') ?? '')
  const problem =
    status >= 300 && status < 400 ? `answers by a redirect (${status})` : `answers ${status}`
  return { kind: 'failed', problem, retryAfterSeconds: asked ? Number(asked[0]) : null }
}
