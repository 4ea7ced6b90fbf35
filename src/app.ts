import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { routePath } from 'hono/route'
import { administrationPages } from './administration/routes'
import { createCoreFactory } from './core/create-core'
import { countFigures } from './core/figures'
import { checkHealth } from './core/health'
import { drainOutbox } from './core/outbox'
import { loadCommonPasswords } from './core/passwords'
import { sweepExpired } from './core/upkeep'
import { deliverWebhooks, type PostMessage } from './core/webhook-deliveries'
import { dialects } from './dialects'
import { type Env, readSettings, SettingsError } from './env'
import { discardUnread } from './http/body'
import { cors } from './http/cors'
import { readGrant } from './http/credentials'
import { deploymentCheck } from './http/deployment-check'
import {
  type AppEnv,
  EdgeError,
  errorBoundary,
  type FailureTable,
  renderFailure,
} from './http/dialect'
import { disownPage } from './http/disown-page'
import { securityHeaders } from './http/headers'
import { logProblem, logRequest, logSettings, logUpkeep } from './http/log'
import { wantsPage } from './http/page'
import { pageBoundary } from './http/page-failures'
import { pictureFile } from './http/picture-file'
import { plainFailures } from './http/plain-failures'
import { postMessage } from './http/post-message'
import { createRoot } from './http/routing'
import { welcome } from './http/welcome'
import { passwordPages } from './oauth/password-pages'
import { oauth } from './oauth/routes'
import { signInPages } from './oauth/sign-in-pages'
import { signUpPages } from './oauth/sign-up-pages'
import { accountPages } from './pages/routes'
import { routedPath } from './root-routing'

/** Puts the app together from the dialects and what they all stand behind. Once per isolate. */

export interface Atrium {
  fetch(request: Request, env: Env, ctx: ExecutionContext): Response | Promise<Response>
  scheduled(controller: ScheduledController, env: Env, ctx: ExecutionContext): Promise<void>
}

/** With every route there is; method ALL is for what stands before them. */
export interface RoutedAtrium extends Atrium {
  readonly routes: readonly { readonly method: string; readonly path: string }[]
}

const refusedSeconds = 60

/** `now` gives milliseconds since the epoch; `post` brings messages to webhooks. */
export function createApp({
  now = Date.now,
  post = postMessage,
}: {
  now?: () => number
  post?: PostMessage
} = {}): RoutedAtrium {
  const factories = new WeakMap<Env, ReturnType<typeof createCoreFactory>>()

  // The settings are read once per environment, which the platform makes once per isolate.
  function coreOf(env: Env, ctx: { waitUntil(work: Promise<unknown>): void }) {
    const factory = factories.get(env) ?? createCoreFactory(env, readSettings(env), post)
    factories.set(env, factory)
    return factory(now(), (work) => ctx.waitUntil(work.catch(logProblem)))
  }

  const withCore = createMiddleware<AppEnv>(async function withCore(c, next) {
    c.set('core', coreOf(c.env, c.executionCtx))
    // Whatever may set a password is no GET.
    if (c.req.method !== 'GET') await loadCommonPasswords(c.env.ASSETS)
    await next()
  })

  // Whom a request is for may stand in its body, which the router could not wait for.
  const paths = new WeakMap<Request, string>()
  const app = createRoot((request) => paths.get(request) ?? new URL(request.url).pathname)
  app.use(requestLog, securityHeaders, discardUnread, withCore, cors, readGrant)
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, allow) =>
        renderFailure(c, failuresAt(c), { code: 'method_not_allowed', allow }),
    }),
  )

  app.get('/', (c) =>
    welcome(
      c,
      dialects.map(({ name }) => name),
    ),
  )
  app.get('/healthz', async (c) => {
    await checkHealth(c.var.core)
    return c.json({ status: 'ok' })
  })
  app.route('/', deploymentCheck)
  app.route('/', disownPage)
  app.route('/', pictureFile)
  app.route('/', signInPages)
  app.route('/', passwordPages)
  app.route('/', signUpPages)
  app.route('/', accountPages)
  app.route('/', administrationPages)
  app.route('/', oauth)
  app.route('/social', oauth)

  for (const { name, routes } of dialects) app.route(`/${name}`, routes)

  app.notFound((c) => {
    const failures = failuresAt(c)
    const isPerson = failures === plainFailures && wantsPage(c)
    return isPerson
      ? pageBoundary(new EdgeError({ code: 'route_not_found' }), c)
      : renderFailure(c, failures, { code: 'route_not_found' })
  })
  app.onError((error, c) => {
    if (!(error instanceof SettingsError)) return errorBoundary(failuresAt(c))(error, c)
    logSettings(error.message)
    const refused = { code: 'unavailable', retryAfterSeconds: refusedSeconds } as const
    return renderFailure(c, failuresAt(c), refused)
  })

  return {
    routes: app.routes,

    async fetch(request, env, ctx) {
      paths.set(request, await routedPath(request))
      return app.fetch(request, env, ctx)
    },

    async scheduled(controller, env, ctx) {
      const core = coreOf(env, ctx)
      logUpkeep(await drainOutbox(core))
      if (controller.cron !== everyMinute) {
        await countFigures(core)
        await sweepExpired(core)
      }
      // Last, because how long that takes is for others to say; receivers refuse what was signed long ago.
      const sent = await deliverWebhooks(coreOf(env, ctx))
      if (sent !== null) logUpkeep(sent)
    },
  }
}

/** The cron of wrangler.toml that only sends what is due; any other sweeps as well. */
const everyMinute = '* * * * *'

const requestLog = createMiddleware<AppEnv>(async function requestLog(c, next) {
  const startedAt = Date.now()
  await next()
  logRequest({
    requestId: c.get('core')?.requestId ?? '',
    method: c.req.method,
    route: routePath(c),
    status: c.res.status,
    failure: c.get('failure'),
    durationMs: Date.now() - startedAt,
  })
})

/** In whose words a failure is answered: the dialect's under whose name the path falls. */
function failuresAt(c: Context<AppEnv>): FailureTable {
  const [, name] = c.req.path.split('/')
  return dialects.find((dialect) => dialect.name === name)?.failures ?? plainFailures
}
