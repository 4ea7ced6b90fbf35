import type { Context } from 'hono'
import { changeAccount } from '../../core/account-changes'
import { resetByAccountKey, setAccountKey } from '../../core/account-key'
import type { Client } from '../../core/context'
import { deleteAccount } from '../../core/deletion'
import { updateDevice } from '../../core/devices'
import { fail } from '../../core/errors'
import { login } from '../../core/login'
import {
  addPhoto,
  changeOwnPortrait,
  deletePhoto,
  getOwnPortrait,
  getPortrait,
} from '../../core/photos'
import { asSelf } from '../../core/profiles'
import { requireRecentAuthentication } from '../../core/reauthentication'
import { registerAndSignIn } from '../../core/registration'
import { searchPortraits } from '../../core/search'
import { endSession } from '../../core/session-endings'
import { authenticate, type Credentials, type DeviceInfo } from '../../core/sessions'
import type { SignedIn } from '../../core/sign-in'
import { openUpload, storeUpload } from '../../core/uploads'
import { body, check, params, query } from '../../http/body'
import { cookielessClientOf } from '../../http/client'
import * as credentials from '../../http/credentials'
import { ofSession, parseBasic, parseBearer, readBearer, visitorOf } from '../../http/credentials'
import { type AppEnv, EdgeError } from '../../http/dialect'
import { createRoutes } from '../../http/routing'
import { shield } from '../../http/shield'
import { fileSafety, sendObject } from '../../http/stored-object'
import { lengthRequired, secondFactorRequired } from './errors'
import * as requests from './requests'
import { fileHeaders, renderSelf, renderUser } from './responses'

/** The document, in its order. The uploads that its photos rest on come last. */

function client(c: Context<AppEnv>, device: DeviceInfo | null = null): Client {
  return { ...cookielessClientOf(c, 'chat'), device }
}

const needs = { scope: 'delegated:all', needsConfirmedEmail: false } as const
const caller = credentials.caller(needs, readBearer)
const session = credentials.session(needs, readBearer)

const jsonOnly = { takesForms: false }

/** The answer about oneself, of the session of this very request. `shown` is the token as the client has it. */
async function answerSelf(c: Context<AppEnv>, credentials: Credentials, shown: string | null) {
  const portrait = await getOwnPortrait(c.var.core, { ...credentials, ...needs })
  return c.json(renderSelf(portrait, portrait.sessions, shown ?? ''))
}

/** "Response: OK" of the document. */
const ok = (c: Context<AppEnv>) => c.body(null, 200)

/** Signs in by Basic and, where a second factor is on, the code in X-OTP; null where that is missing. */
async function signInByBasic(
  c: Context<AppEnv>,
  device: DeviceInfo | null,
): Promise<SignedIn | null> {
  const basic = parseBasic(c.req.header('Authorization'))
  if (basic === null) fail({ code: 'not_authenticated' })
  const { username, password } = basic
  const code = c.req.header('X-OTP')?.trim() ?? ''
  const input = {
    name: { username },
    password,
    needsConfirmedEmail: false,
    ...(code === '' ? {} : { code }),
  }
  const outcome = await login(c.var.core, input, client(c, device))
  return outcome.kind === 'signed_in' ? outcome : null
}

function demandCode(c: Context<AppEnv>): Response {
  const { status, body: told, headers } = secondFactorRequired
  return c.json(told, status, { ...headers })
}

export const routes = createRoutes()

routes.post(
  '/users',
  shield,
  body(requests.RegisterBody, { ...jsonOnly, further: requests.coreIssues }),
  async (c) => {
    const sent = c.req.valid('json')
    const registration = requests.toRegistration(sent)
    const { core } = c.var
    const { account, session } = await registerAndSignIn(
      core,
      registration,
      client(c, sent.deviceInfo),
    )
    // Of a new account everything is known: there are no photos, and this is its only session.
    const opened = { id: session.id, openedAt: core.now, seenAt: core.now, isCurrent: true }
    const portrait = { person: await asSelf(core, account), photos: [] }
    return c.json(renderSelf(portrait, [{ ...session.record, ...opened }], session.token))
  },
)

routes.post(
  '/users/login',
  shield,
  body(requests.LoginBody, { ...jsonOnly, unwrap: requests.wrappedDevice }),
  async (c) => {
    const signedIn = await signInByBasic(c, c.req.valid('json').deviceInfo)
    if (signedIn === null) return demandCode(c)
    const { token } = signedIn.session
    return answerSelf(c, ofSession(token), token)
  },
)

routes.get('/users/me', (c) =>
  answerSelf(c, readBearer(c), parseBearer(c.req.header('Authorization'))),
)

routes.post('/users/me/logout', session, async (c) => {
  await endSession(c.var.core, c.var.caller)
  return ok(c)
})

routes.put(
  '/users/me/changePassword',
  shield,
  caller,
  body(requests.ChangePasswordBody, jsonOnly),
  async (c) => {
    const { oldPassword, newPassword } = c.req.valid('json')
    const options = { targetId: null, currentPassword: oldPassword }
    await changeAccount(c.var.core, c.var.caller, { password: newPassword }, options, client(c))
    return ok(c)
  },
)

routes.put(
  '/users/me/setAccountKey',
  shield,
  session,
  body(requests.SetAccountKeyBody, jsonOnly),
  async (c) => {
    await setAccountKey(c.var.core, c.var.viewer, c.req.valid('json'))
    return ok(c)
  },
)

// The document says PUT, its clients say POST.
routes.on(
  ['PUT', 'POST'],
  '/users/resetPassword',
  shield,
  body(requests.ResetPasswordBody, jsonOnly),
  async (c) => {
    const { userId, accountKey, newPassword } = c.req.valid('json')
    const input = { number: userId, accountKey, newPassword }
    await resetByAccountKey(c.var.core, input, client(c))
    return ok(c)
  },
)

routes.put('/users/me', caller, body(requests.UpdateBody, jsonOnly), async (c) => {
  const changes = requests.toChanges(c.req.valid('json'))
  const portrait = await changeOwnPortrait(c.var.core, c.var.caller, changes, client(c))
  return c.json(renderUser(portrait))
})

routes.put('/users/me/device', session, body(requests.DeviceBody, jsonOnly), async (c) => {
  await updateDevice(c.var.core, c.var.viewer, c.req.valid('json'))
  return answerSelf(c, c.var.caller, parseBearer(c.req.header('Authorization')))
})

// Without this line they would pass for ids.
routes.on('GET', ['/users/login', '/users/resetPassword'], (c) => {
  const allow = c.req.path.endsWith('login') ? ['POST'] : ['PUT', 'POST']
  throw new EdgeError({ code: 'method_not_allowed', allow })
})

/** Anybody may look; a token that comes along only says who is not to be shown. */
const visitor = (c: Context<AppEnv>) => visitorOf(readBearer(c))

routes.get('/users/:id', params(requests.UserPath), async (c) =>
  c.json(renderUser(await getPortrait(c.var.core, visitor(c), c.req.valid('param').id))),
)

const foundMax = 100

// With and without the slash: the document writes it, clients leave it out.
routes.on('GET', ['/users', '/users/'], query(requests.SearchQuery), async (c) => {
  const { core } = c.var
  const { query: text } = c.req.valid('query')
  const id = requests.idIn(text)
  const found =
    id === null
      ? await searchPortraits(core, visitor(c), text, foundMax)
      : [await getPortrait(core, visitor(c), id)]
  return c.json(found.map(renderUser))
})

routes.post('/users/me/photos', session, body(requests.PhotoBody, jsonOnly), async (c) => {
  const { core, viewer } = c.var
  const photos = await addPhoto(core, viewer, c.req.valid('json'))
  return c.json(renderUser({ person: await asSelf(core, viewer.account), photos }))
})

routes.delete('/users/me/photos/:photoId', session, params(requests.PhotoPath), async (c) => {
  await deletePhoto(c.var.core, c.var.viewer, c.req.valid('param').photoId)
  return ok(c)
})

/** By name and password as documented, or by bearer as its clients do. */
routes.delete('/users/me', shield, async (c) => {
  const { core } = c.var
  if (/^basic\b/i.test(c.req.header('Authorization') ?? '')) {
    const signedIn = await signInByBasic(c, null)
    if (signedIn === null) return demandCode(c)
    await deleteAccount(core, signedIn.account)
    return ok(c)
  }
  const { viewer } = await authenticate(core, { ...readBearer(c), ...needs })
  await requireRecentAuthentication(core, viewer, null)
  await deleteAccount(core, viewer.account, viewer)
  return ok(c)
})

routes.post('/uploads', session, async (c) => {
  const length = c.req.header('Content-Length')
  if (length === undefined) return c.json(lengthRequired.body, lengthRequired.status)
  const { core, viewer } = c.var
  const head = await check(
    requests.UploadHead,
    {
      file: length,
      fileName: c.req.header('File-Name') ?? core.requestId,
      fileType: c.req.header('Content-Type') ?? '',
    },
    'body',
  )
  const stored = await storeUpload(core, viewer, {
    name: head.fileName,
    type: head.fileType,
    bytes: head.file,
    body: c.req.raw.body ?? new ReadableStream({ start: (empty) => empty.close() }),
  })
  return c.text(`${stored.name}.${stored.type}`)
})

routes.get('/uploads/:file', async (c) => {
  const file = requests.parseFileName(c.req.param('file'))
  if (file === null) fail({ code: 'upload_not_found' })
  const { object, isImage } = await openUpload(c.var.core, file)
  return sendObject(c, object, { ...fileSafety, ...fileHeaders(file.type, isImage) })
})
