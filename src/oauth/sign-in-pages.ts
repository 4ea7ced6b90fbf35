import type { Context } from 'hono'
import * as z from 'zod/mini'
import { completeSecondFactor } from '../core/challenges'
import { login, type SecondFactorRequired } from '../core/login'
import { endSession } from '../core/session-endings'
import type { SignedIn } from '../core/sign-in'
import { body } from '../http/body'
import { clientOf } from '../http/client'
import {
  clearOwnCookie,
  clearSessionCookie,
  keepSignedIn,
  readOwnCookie,
  setOwnCookie,
} from '../http/cookies'
import { isToken, readPageCredentials } from '../http/credentials'
import type { AppEnv } from '../http/dialect'
import { answerPage } from '../http/page'
import { answerRefusal, pageBoundary } from '../http/page-failures'
import { findViewer, fromOwnForms } from '../http/page-visitor'
import { createRoutes } from '../http/routing'
import { shield } from '../http/shield'
import { findDestination, onTheWay, safeContinue } from './destination'
import { codePage, signInPage, signOutPage } from './sign-in-forms'

/** Signing in and out, as people see it. A form works in as many tabs as somebody opens. */

export const signInPages = createRoutes()
signInPages.onError(pageBoundary)

/** What the address may say has just happened; never in words of its own. */
const flashes: { readonly [name: string]: string } = {
  'signed-out': 'You are signed out.',
  deleted: 'Your account is deleted, with everything in it.',
  'session-ended': 'You were signed out meanwhile. Please sign in again; nothing was changed.',
  'code-expired': 'That took too long. Please sign in again.',
  'password-changed': 'Your new password is set. Please sign in with it.',
  'to-confirm': 'Please sign in to the account whose address you want to confirm.',
}

signInPages.get('/sign-in', async (c) => {
  const sent = c.req.query()
  const path = safeContinue(sent.continue)
  const viewer = await findViewer(c)
  const isAgain = viewer !== null && sent.again === '1'
  // A reset has ended the sessions of its own account; one of another's is not what is meant.
  const stays = isAgain || sent.other === '1' || sent['password-changed'] === '1'
  if (viewer && !stays) return c.redirect(path, 303)
  const happened = Object.keys(flashes).find((name) => sent[name] === '1')
  return answerPage(
    c,
    signInPage({
      to: await findDestination(c, path),
      name: isAgain ? viewer.account.username : '',
      isAgain,
      flash: happened === undefined ? null : (flashes[happened] ?? null),
      canRegister: c.var.core.settings.registrationOpen,
    }),
  )
})

const SignInBody = z.object({
  name: z.string(),
  password: z.string(),
  continue: z.optional(z.string()),
  again: z.optional(z.string()),
})

signInPages.post('/sign-in', fromOwnForms, shield, body(SignInBody), async (c) => {
  const { core } = c.var
  const sent = c.req.valid('json')
  const path = safeContinue(sent.continue)
  const typed = sent.name.trim()
  const name = typed.includes('@') ? { email: typed } : { username: typed }
  try {
    const input = { name, password: sent.password, needsConfirmedEmail: false }
    const outcome = await login(core, input, clientOf(c, 'web'))
    return outcome.kind === 'signed_in' ? goOn(c, outcome, path) : askForCode(c, outcome, path)
  } catch (error) {
    const to = await findDestination(c, path)
    const canRegister = core.settings.registrationOpen
    return answerRefusal(c, error, (problem) =>
      signInPage({ to, name: typed, isAgain: sent.again === '1', canRegister, problem }),
    )
  }
})

function goOn(c: Context<AppEnv>, signedIn: SignedIn, path: string): Response {
  keepSignedIn(c, signedIn)
  return c.redirect(path, 303)
}

/** A sign-in that waits for its code, as its tab's own cookie keeps it: the secret is in no address. */
interface Pending {
  readonly method: 'email' | 'app'
  readonly expiresAt: number
  readonly challengeToken: string
}

const pendingName = (at: string) => `atrium_pending_${at}`

function askForCode(c: Context<AppEnv>, begun: SecondFactorRequired, path: string): Response {
  const { core } = c.var
  const { method, challengeToken } = begun
  const ttlSeconds = core.settings.twoFactorCodeTtlSeconds
  // Random, and no secret: it only tells this tab's sign-in from another's.
  const at = core.requestId.slice(0, 8)
  const value = `${method}.${core.now + ttlSeconds * 1000}.${challengeToken}`
  setOwnCookie(c, pendingName(at), value, ttlSeconds)
  return c.redirect(onTheWay('/sign-in/code', path, { at }), 303)
}

function readPending(c: Context<AppEnv>, at: string): Pending | null {
  if (!/^[0-9a-f]{8}$/.test(at)) return null
  const [method, end, challengeToken = ''] = readOwnCookie(c, pendingName(at))?.split('.') ?? []
  const expiresAt = Number(end)
  const isPending = isToken(challengeToken) && expiresAt > c.var.core.now
  if (!isPending || (method !== 'email' && method !== 'app')) return null
  return { method, expiresAt, challengeToken }
}

/** Where nothing waits for a code: it came in another tab, or too late. */
async function leaveCode(c: Context<AppEnv>, path: string): Promise<Response> {
  const isSignedIn = (await findViewer(c)) !== null
  return c.redirect(isSignedIn ? path : onTheWay('/sign-in', path, { 'code-expired': '1' }), 303)
}

signInPages.get('/sign-in/code', async (c) => {
  const { at = '', continue: wanted } = c.req.query()
  const path = safeContinue(wanted)
  const pending = readPending(c, at)
  if (pending === null) return leaveCode(c, path)
  return answerPage(c, codePage({ to: await findDestination(c, path), at, method: pending.method }))
})

const CodeBody = z.object({
  at: z.string(),
  code: z.string(),
  continue: z.optional(z.string()),
})

signInPages.post('/sign-in/code', fromOwnForms, shield, body(CodeBody), async (c) => {
  const { at, code, continue: wanted } = c.req.valid('json')
  const path = safeContinue(wanted)
  const pending = readPending(c, at)
  if (pending === null) return leaveCode(c, path)
  const { method, challengeToken } = pending
  try {
    const input = { challengeToken, code, accountId: null }
    const signedIn = await completeSecondFactor(c.var.core, input, clientOf(c, 'web'))
    clearOwnCookie(c, pendingName(at))
    return goOn(c, signedIn, path)
  } catch (error) {
    const to = await findDestination(c, path)
    return answerRefusal(c, error, (problem) => codePage({ to, at, method, problem }))
  }
})

signInPages.get('/sign-out', (c) => answerPage(c, signOutPage(c.var.core.settings.appName)))

signInPages.post('/sign-out', async (c) => {
  await endSession(c.var.core, readPageCredentials(c))
  clearSessionCookie(c)
  return c.redirect('/sign-in?signed-out=1', 303)
})
