import '../../dev/typescript.mjs'

// What there is to count: every route of the app, grouped by whom it belongs to, so that a new one is missed
// until it is counted.

const { createApp } = await import('../../src/app.ts')
const { dialects } = await import('../../src/dialects/index.ts')
const { apis } = await import('../../reference/apis.ts')

/** A dialect has what is below its name; the rest belongs to the first group whose pattern fits. */
const others = [
  { name: 'oauth', title: 'OAuth', owns: /^\/(oauth|\.well-known)\// },
  {
    name: 'entrance',
    title: 'Pages of signing in and up',
    owns: /^\/(sign-\w+|password|confirm-email|disown-email)(\/|$)/,
  },
  { name: 'account', title: 'Pages of an account', owns: /^\/account(\/|$)/ },
  { name: 'administration', title: 'Pages of administrators', owns: /^\/administration(\/|$)/ },
  { name: 'rest', title: 'Besides', owns: /^/ },
]

/** In the order in which they are shown. */
export const groups = [
  ...dialects.map(({ name }) => ({ name, title: `\`${name}\``, prefix: `/${name}` })),
  ...others.map(({ name, title }) => ({ name, title, prefix: '' })),
]

/** Answered by the lines that answer the operation they stand for, and counted as that one. */
const spellings = {
  'social GET /user/verify-email': 'POST /user/verify-email',
  'social GET /user/resend-verification': 'POST /user/resend-verification',
  'social GET /user/logout': 'POST /user/logout',
  'social GET /user/logout-all': 'POST /user/logout-all',
  'social GET /user/code': 'POST /user/code',
  'social GET /user/follow-status/:userId': 'GET /user/follow-status',
  'chat POST /users/resetPassword': 'PUT /users/resetPassword',
  'chat GET /users/': 'GET /users',
  'talent POST /v1/auth/password/reset/resend': 'POST /v1/auth/password/reset',
  'talent POST /v1/auth/referral/validate/': 'POST /v1/auth/referral/validate',
  'talent POST /v1/account/password/change': 'POST /v1/account/initiate/2fa',
  'oauth GET /.well-known/openid-configuration': 'GET /.well-known/oauth-authorization-server',
  'oauth POST /oauth/userinfo': 'GET /oauth/userinfo',
}

/** Where another method is told, and nothing else is done. */
const refusals = ['chat GET /users/login', 'chat GET /users/resetPassword']

/** The authorization server answers here too. */
const repeated = /^\/social\/(oauth|\.well-known)\//

/** Every operation by its group and name, e.g. `site POST /user/auth`, with the statuses its document has. */
export const operations = new Map(
  createApp()
    .routes.filter(({ method, path }) => method !== 'ALL' && !repeated.test(path))
    .map(({ method, path }) => toOperation(method, path))
    .filter(({ id }) => !refusals.includes(id) && !Object.hasOwn(spellings, id))
    .map((operation) => [operation.id, operation]),
)

function toOperation(method, fullPath) {
  const dialect = dialects.find(({ name }) => fullPath.startsWith(`/${name}/`))
  const group = dialect?.name ?? others.find(({ owns }) => owns.test(fullPath)).name
  const path = (dialect ? fullPath.slice(dialect.name.length + 1) : fullPath).replaceAll(
    /\{[^}]*\}/g,
    '',
  )
  const described = apis
    .find(({ name }) => name === group)
    ?.operations.find((one) => one.path === path && one.method.toUpperCase() === method)
  const statuses = described?.answers.map(({ status }) => status) ?? null
  return { id: `${group} ${method} ${path}`, name: `${method} ${path}`, group, statuses }
}
