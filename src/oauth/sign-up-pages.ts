import type { Context } from 'hono'
import * as z from 'zod/mini'
import { confirmEmail, resendConfirmation } from '../core/email-confirmation'
import { fail, failInput, failureOf } from '../core/errors'
import { registerAndSignIn } from '../core/registration'
import type { Viewer } from '../core/sessions'
import { body } from '../http/body'
import { clientOf } from '../http/client'
import { keepSignedIn } from '../http/cookies'
import { caller, readPageCredentials, session } from '../http/credentials'
import type { AppEnv } from '../http/dialect'
import { answerPage } from '../http/page'
import { answerRefusal, pageBoundary } from '../http/page-failures'
import { findViewer, fromOwnForms } from '../http/page-visitor'
import { createRoutes } from '../http/routing'
import { shield } from '../http/shield'
import { findDestination, onTheWay, safeContinue } from './destination'
import { confirmPage, signUpPage, type TypedAccount } from './sign-up-forms'

/** Making an account, and proving its address by the code that was mailed to it. */

export const signUpPages = createRoutes()
signUpPages.onError(pageBoundary)

async function toSignUpPage(
  c: Context<AppEnv>,
  path: string,
  typed: TypedAccount,
): Promise<(problem: string | null) => ReturnType<typeof signUpPage>> {
  const { inviteOnly: needsInvitation, passwordLengthMin: lengthMin } = c.var.core.settings
  const to = await findDestination(c, path)
  return (problem) => signUpPage({ to, typed, needsInvitation, lengthMin, problem })
}

signUpPages.get('/sign-up', async (c) => {
  if (!c.var.core.settings.registrationOpen) fail({ code: 'registration_closed' })
  const { continue: wanted, invite = '' } = c.req.query()
  const nothing = { name: '', username: '', email: '', inviteCode: invite }
  const page = await toSignUpPage(c, safeContinue(wanted), nothing)
  return answerPage(c, page(null))
})

const SignUpBody = z.object({
  name: z.string(),
  username: z.string(),
  email: z.string(),
  password: z.string(),
  inviteCode: z.optional(z.string()),
  continue: z.optional(z.string()),
})

signUpPages.post('/sign-up', fromOwnForms, shield, body(SignUpBody), async (c) => {
  const { password, continue: wanted, ...sent } = c.req.valid('json')
  const path = safeContinue(wanted)
  const typed = {
    name: sent.name.trim(),
    username: sent.username.trim(),
    email: sent.email.trim(),
    inviteCode: sent.inviteCode?.trim() ?? '',
  }
  const [firstName = '', ...others] = typed.name.split(' ')
  try {
    if (firstName === '') failInput([{ field: 'name', rule: 'missing' }])
    const registration = {
      username: typed.username,
      email: typed.email,
      password,
      firstName,
      lastName: others.join(' '),
      profile: {},
      inviteCode: typed.inviteCode,
      replacesUnconfirmed: true,
    }
    const signedIn = await registerAndSignIn(c.var.core, registration, clientOf(c, 'web'))
    keepSignedIn(c, signedIn)
    const isConfirmed = signedIn.account.emailVerifiedAt !== null
    return c.redirect(isConfirmed ? path : onTheWay('/confirm-email', path), 303)
  } catch (error) {
    return answerRefusal(c, error, await toSignUpPage(c, path, typed))
  }
})

const isWaiting = ({ account }: Viewer) =>
  account.email !== null && account.emailVerifiedAt === null

/**
 * A code confirms the account of whoever is signed in, and no other: somebody may have made one with this
 * address, and the address's owner must not confirm it for them.
 */
const needs = { scope: null, needsConfirmedEmail: false }
const signedIn = session(needs, readPageCredentials)
const asking = caller(needs, readPageCredentials)

signUpPages.get('/confirm-email', async (c) => {
  const { sent, continue: wanted } = c.req.query()
  const path = safeContinue(wanted)
  const viewer = await findViewer(c)
  if (viewer === null) return c.redirect(onTheWay('/sign-in', path, { 'to-confirm': '1' }), 303)
  if (!isWaiting(viewer)) return c.redirect(path, 303)
  const to = await findDestination(c, path)
  const { email } = viewer.account
  return answerPage(c, confirmPage({ to, email, isSentAgain: sent === '1' }))
})

const ConfirmBody = z.object({ code: z.string(), continue: z.optional(z.string()) })

signUpPages.post('/confirm-email', shield, signedIn, body(ConfirmBody), async (c) => {
  const { core, caller, viewer } = c.var
  const { code, continue: wanted } = c.req.valid('json')
  const path = safeContinue(wanted)
  const { id: accountId, email } = viewer.account
  try {
    await confirmEmail(core, { code, accountId, token: caller.token }, clientOf(c, 'web'))
  } catch (error) {
    const to = await findDestination(c, path)
    return answerRefusal(c, error, (problem) => confirmPage({ to, email, problem }))
  }
  return c.redirect(path, 303)
})

const ResendBody = z.object({ continue: z.optional(z.string()) })

signUpPages.post('/confirm-email/resend', shield, asking, body(ResendBody), async (c) => {
  const path = safeContinue(c.req.valid('json').continue)
  try {
    await resendConfirmation(c.var.core, c.var.caller)
  } catch (error) {
    // It was confirmed meanwhile, in another tab or elsewhere.
    if (failureOf(error)?.code === 'nothing_to_confirm') return c.redirect(path, 303)
    const viewer = await findViewer(c)
    if (viewer === null) throw error
    const to = await findDestination(c, path)
    const { email } = viewer.account
    return answerRefusal(c, error, (problem) => confirmPage({ to, email, problem }))
  }
  return c.redirect(onTheWay('/confirm-email', path, { sent: '1' }), 303)
})
