import type { Context, ErrorHandler } from 'hono'
import { html } from 'hono/html'
import { AccountError, type Failure, failureOf, type Issue } from '../core/errors'
import type { PngProblem } from '../core/png'
import {
  type AnyFailure,
  type AppEnv,
  answerable,
  type FailureTable,
  type WireError,
  wordFailure,
} from './dialect'
import { answerPage, type Page } from './page'

/** Every failure in words for people: on a page of its own, or above the form that they sent. */

interface Words {
  readonly title: string
  readonly text: string
}

function says(status: WireError['status'], title: string, text: string): () => WireError<Words> {
  return () => ({ status, body: { title, text } })
}

const rules: { readonly [R in Issue['rule']]: string } = {
  missing: 'is missing',
  type: 'cannot be read',
  format: 'does not look right',
  too_short: 'is too short',
  too_long: 'is too long',
  reserved: 'cannot be used',
  unusable: 'cannot be used',
  too_common: 'is one that many people use, and easy to guess',
  is_own_word: 'is too close to your name or e-mail address',
  not_editable: 'cannot be changed',
}

/** A field as people call it: "customLink" of a profile is "The custom link". */
function fieldName(field: string): string {
  const name = field.split('.').at(-1) ?? ''
  if (name === '') return 'The form'
  if (name === 'email') return 'The e-mail address'
  return `The ${name.replaceAll(/[A-Z]/g, (letter) => ` ${letter}`).toLowerCase()}`
}

/** Of an application's request, by its name there: nobody has typed it, and its maker knows it so. */
const isParameter = (field: string) =>
  field.includes('_') || ['nonce', 'prompt', 'resource', 'request'].includes(field)

function wordIssue({ field, rule, lengthMin }: Issue): string {
  if (field === 'username' && rule === 'format') {
    return 'The username takes three or more letters, digits, dots, dashes and underscores.'
  }
  const least = lengthMin === undefined ? '' : `: it takes ${lengthMin} characters or more`
  return `${fieldName(field)} ${rules[rule]}${least}.`
}

/** "8 seconds", "15 minutes": a time to wait as people say it, never too short. */
function duration(seconds: number): string {
  const [count, unit] =
    seconds < 100 ? [Math.max(seconds, 1), 'second'] : [Math.ceil(seconds / 60), 'minute']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

const codes: { readonly [R in Extract<Failure, { code: 'invalid_code' }>['reason']]: string } = {
  unknown: 'This code is not right. Please check it, or ask for a new one.',
  expired: 'This code is too old. Please ask for a new one.',
  used: 'This code has been used already.',
}

const taken = {
  username: 'This username is taken. Please choose another one.',
  email: 'There is an account with this e-mail address already.',
  fileName: 'There is a file of this name already.',
} as const

const pictures: { readonly [P in PngProblem]: string } = {
  not_png: 'This is no PNG picture.',
  damaged: 'This picture is damaged.',
  dimensions: 'This picture has too many pixels.',
}

const megabyte = 1024 * 1024

const gone = says(404, 'Not there', 'This is not there, or not any more.')
const denied = says(403, 'Not allowed', 'Your account may not do this.')
const unread = 'That could not be read'
const goBack = 'Please go back and try again.'

export const pageFailures: FailureTable<Words> = {
  invalid_input: ({ issues }) => {
    const parameters = issues.map(({ field }) => field).filter(isParameter)
    const body =
      parameters.length > 0
        ? {
            title: 'That application made a mistake',
            text: `What it asks for cannot be read here (${parameters.join(', ')}). Please go back, and tell whoever made it.`,
          }
        : { title: 'Something is not right', text: issues.map(wordIssue).join(' ') }
    return { status: 400, body }
  },
  invalid_code: ({ reason }) => ({
    status: 400,
    body: { title: 'This code does not work', text: codes[reason] },
  }),
  too_many_attempts: ({ retryAfterSeconds }) => ({
    status: 429,
    body: {
      title: 'Please wait a moment',
      text: `That was tried too often. Please wait ${duration(retryAfterSeconds)}, then try again.`,
    },
  }),
  taken: ({ fields }) => ({
    status: 409,
    body: { title: 'Already taken', text: fields.map((field) => taken[field]).join(' ') },
  }),
  invalid_picture: ({ problem }) => ({
    status: 400,
    body: { title: 'This picture cannot be used', text: pictures[problem] },
  }),
  upload_too_large: ({ bytesMax }) => ({
    status: 413,
    body: {
      title: 'This file is too large',
      text: `It can have up to ${Math.floor(bytesMax / megabyte)} MB.`,
    },
  }),
  // 401 asks for a scheme that browsers have a window of their own for; these are forms.
  invalid_credentials: says(403, 'Sign-in failed', 'The name or the password is not right.'),
  reauthentication_required: says(403, 'Is it you?', 'The password is not right.'),
  not_authenticated: says(403, 'You are signed out', 'Please sign in to go on.'),
  invalid_second_factor: says(
    400,
    'This code does not work',
    'This code is not right, or no longer valid. Please check it and try again.',
  ),
  invalid_invite_code: says(
    400,
    'An invitation is needed',
    'This invite code is not right, or has been used. Please ask for another one.',
  ),
  invalid_account_key: says(403, 'Not the right key', 'This account key is not right.'),
  second_factor_in_use: says(
    409,
    'Already on',
    'An authenticator app is on, or is being set up in another window. Please finish there first.',
  ),
  registration_closed: says(
    403,
    'No new accounts',
    'New accounts cannot be made here at the moment.',
  ),
  email_not_confirmed: says(
    403,
    'Please confirm your e-mail address',
    'This can be done once your e-mail address is confirmed.',
  ),
  no_confirmed_email: says(
    400,
    'Please confirm your e-mail address',
    'This needs a confirmed e-mail address.',
  ),
  nothing_to_confirm: says(400, 'Nothing to confirm', 'There is no address to be confirmed.'),
  account_disabled: says(
    403,
    'This account is closed',
    'It has been switched off. Please write to whoever runs this place.',
  ),
  account_not_found: gone,
  follow_not_found: gone,
  upload_not_found: gone,
  photo_not_found: gone,
  picture_not_found: gone,
  same_account: denied,
  blocked: denied,
  not_following: denied,
  forbidden: denied,
  missing_scope: denied,
  invalid_client: says(
    400,
    'Unknown application',
    'The application that sent you is not known here. Please go back to it and try again.',
  ),
  unauthorized_client: says(
    400,
    'This application may not ask for that',
    'Please tell whoever made it.',
  ),
  invalid_scope: says(
    400,
    'This application asks for too much',
    'It wants what it may not have. Please tell whoever made it.',
  ),
  cross_origin: says(
    403,
    'Please try that again here',
    'The form seems to have been sent from another website, so nothing was done.',
  ),
  malformed_body: says(400, unread, goBack),
  unsupported_media_type: says(415, unread, goBack),
  body_too_large: says(413, 'That was too much', 'Please go back and send less at once.'),
  route_not_found: says(404, 'There is nothing here', 'Please check the address.'),
  method_not_allowed: says(405, 'There is nothing here', goBack),
  unavailable: says(
    503,
    'Please try again in a moment',
    'Something here does not answer. Nothing is lost.',
  ),
  internal: says(
    500,
    'Something went wrong',
    'That was our mistake, and it has been noted. Please try again later.',
  ),
}

/** Whoever has to sign in first is led there, and back to the page that they were on their way to. */
function signInFor(c: Context<AppEnv>, failure: AnyFailure): string | null {
  const { code } = failure
  const isStale = code === 'reauthentication_required' && failure.reason === 'stale'
  if (code !== 'not_authenticated' && !isStale) return null
  const { pathname, search } = new URL(c.req.url)
  const isPage = c.req.method === 'GET'
  const to = new URLSearchParams({ continue: isPage ? pathname + search : '/account' })
  if (isStale) to.set('again', '1')
  else if (!isPage) to.set('session-ended', '1')
  return `/sign-in?${to}`
}

/** Answers whatever the routes of a page throw: by the way to the sign-in, or by a page that says it. */
export const pageBoundary: ErrorHandler<AppEnv> = (error, c) => {
  const failure = answerable(error)
  const door = signInFor(c, failure)
  if (door !== null) return c.redirect(door, 303)
  const { status, body } = wordFailure(c, pageFailures, failure)
  const content = html`<h1>${body.title}</h1>
<p class="lead">${body.text}</p>
<p class="actions"><a class="button" href="/account">Go to your account</a></p>`
  return answerPage(c, { title: body.title, content }, status)
}

/**
 * The same where forms are sent to addresses that have no page: whoever has to sign in first comes back
 * to the one that `pageOf` gives for the path.
 */
export function formBoundary(pageOf: (path: string) => string): ErrorHandler<AppEnv> {
  return (error, c) => {
    const failure = failureOf(error)
    const isStale = failure?.code === 'reauthentication_required' && failure.reason === 'stale'
    if (c.req.method !== 'POST' || (!isStale && failure?.code !== 'not_authenticated')) {
      return pageBoundary(error, c)
    }
    const why = isStale ? 'again' : 'session-ended'
    const to = new URLSearchParams({ continue: pageOf(c.req.path), [why]: '1' })
    return c.redirect(`/sign-in?${to}`, 303)
  }
}

/** What no form can say above itself: it is for the boundary. */
const beyondForms: readonly AnyFailure['code'][] = ['not_authenticated', 'internal', 'unavailable']

function refusalOf(error: unknown): Failure {
  if (!(error instanceof AccountError)) throw error
  const { failure } = error
  const isStale = failure.code === 'reauthentication_required' && failure.reason === 'stale'
  if (isStale || beyondForms.includes(failure.code)) throw error
  return failure
}

/** What to say above a form that was refused, and with which status to answer it. */
export interface Refused {
  readonly status: WireError['status']
  readonly text: string
}

/** Words for a form that was refused. What is no refusal is thrown again. */
export function explain(c: Context<AppEnv>, error: unknown): Refused {
  const { status, body } = wordFailure(c, pageFailures, refusalOf(error))
  return { status, text: body.text }
}

/** Answers a refused form by its page again, which says why; what is no refusal is thrown again. */
export function answerRefusal(
  c: Context<AppEnv>,
  error: unknown,
  page: (problem: string) => Page,
): Response | Promise<Response> {
  const { status, text } = explain(c, error)
  return answerPage(c, page(text), status)
}
