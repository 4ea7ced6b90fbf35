import * as z from 'zod/mini'

/** What wrangler.toml binds. Variables and secrets are strings, or absent. */
export interface Bindings {
  DB: D1Database
  KV: KVNamespace
  R2: R2Bucket
  MAIL: SendEmail
  RATE_LIMIT: RateLimit
  /** The files of assets/, which the platform serves without us. */
  ASSETS: Fetcher
}

export type Env = Bindings & { readonly [variable: string]: unknown }

/** Keys in numbered slots: the highest writes, every one reads. */
export interface KeySlots {
  readonly current: string
  readonly bySlot: ReadonlyMap<string, string>
}

/** Thrown when the Worker must not serve. The message names variables, never their values. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

const flag = z.pipe(
  z.enum(['true', 'false']),
  z.transform((word) => word === 'true'),
)
const wholeNumber = z.pipe(
  z.string().check(z.regex(/^\d{1,12}$/, 'is not a whole number')),
  z.transform(Number),
)
/** A whole number from `min` to `max`, and `preset` where the variable is left out. */
const count = (min: number, max: number, preset: number) =>
  z._default(wholeNumber.check(z.minimum(min), z.maximum(max)), preset)
const list = z.pipe(
  z.string(),
  z.transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  ),
)
const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text
const origin = z.string().check(z.refine(isOrigin, 'is not an origin'))

/** RFC 8707 section 2: an absolute URI without a fragment. */
const isResource = (text: string) => URL.canParse(text) && !text.includes('#')
const resource = z.string().check(z.refine(isResource, 'is not a list of absolute URIs'))

const minuteSeconds = 60
const hourSeconds = 60 * minuteSeconds
const daySeconds = 24 * hourSeconds
const pbkdf2PerCall = 100_000
const passwordIterationsFloor = 600_000

/** The documented profile fields that an account may change itself unless EDITABLE_FIELDS says otherwise. */
const editableFieldsDefault = [
  'username',
  'firstName',
  'lastName',
  'email',
  'password',
  'phoneCountryCode',
  'phone',
  'middleName',
  'gender',
  'bio',
  'designation',
  'pronouns',
  'customLink',
  'organization',
  'country',
  'preferredLanguage',
]

const Variables = z.object({
  ENVIRONMENT: z._default(z.enum(['production', 'development', 'test']), 'production'),
  ORIGIN: origin,
  MAIL_FROM: z.string().check(z.minLength(3)),
  APP_NAME: z._default(z.string().check(z.minLength(1), z.maxLength(50)), 'Atrium'),

  REQUIRE_EMAIL_VERIFICATION: z._default(flag, true),
  REGISTRATION: z._default(z.enum(['open', 'closed']), 'open'),
  INVITE_ONLY: z._default(flag, false),
  EDITABLE_FIELDS: z._default(list, editableFieldsDefault),
  REVEAL_ACCOUNTS: z._default(z.enum(['documented', 'never']), 'documented'),
  ALLOWED_ORIGINS: z._default(z.pipe(list, z.array(origin)), []),
  CLIENT_REGISTRATION: z._default(z.enum(['open', 'closed']), 'closed'),
  OAUTH_RESOURCES: z._default(z.pipe(list, z.array(resource)), []),
  FIRST_ACCOUNT_IS_ADMIN: z.optional(flag),
  USERNAME_HOLD_DAYS: count(0, 3650, 30),
  UPLOADS_PER_HOUR: count(1, 100_000, 30),
  FOLLOWS_PER_HOUR: count(1, 100_000, 500),
  BLOCKS_PER_HOUR: count(1, 100_000, 500),

  PASSWORD_MIN: count(8, 64, 8),
  PASSWORD_BLOCKLIST: z._default(flag, true),
  PASSWORD_ITERATIONS: count(1, 100 * pbkdf2PerCall, passwordIterationsFloor),

  SESSION_IDLE_SECONDS: count(60, 400 * daySeconds, 30 * daySeconds),
  SESSION_MAX_SECONDS: count(60, 400 * daySeconds, 90 * daySeconds),
  RECENT_AUTHENTICATION_SECONDS: count(0, daySeconds, 15 * minuteSeconds),
  RESET_TTL_SECONDS: count(60, daySeconds, 30 * minuteSeconds),
  CONFIRMATION_TTL_SECONDS: count(60, 7 * daySeconds, daySeconds),
  TWO_FACTOR_CODE_TTL_SECONDS: count(60, hourSeconds, 10 * minuteSeconds),
  LOGIN_HISTORY_DAYS: count(1, 3650, 90),
  KNOWN_SOURCE_DAYS: count(1, 400, 90),

  THROTTLE: z._default(z.enum(['on', 'off']), 'on'),
  PASSWORD_FAILURES_MAX: count(1, 100, 5),
  PASSWORD_BLOCK_SECONDS_MAX: count(1, daySeconds, 900),
  ADDRESS_FAILURES_MAX: count(1, 100_000, 50),
  ADDRESS_WINDOW_SECONDS: count(1, daySeconds, 10 * minuteSeconds),
  ADDRESS_BLOCK_SECONDS: count(1, daySeconds, 10 * minuteSeconds),
  ACCOUNT_FAILURES_MAX: count(1, 1_000, 100),
  CODE_FAILURES_MAX: count(1, 100, 5),
  CODE_BLOCK_SECONDS: count(1, daySeconds, 15 * minuteSeconds),
  CODES_EVALUATED_PER_HOUR: count(1, 1_000, 25),
  SIGN_IN_CODES_PER_HOUR: count(1, 1_000, 20),
  RESET_CODES_PER_HOUR: count(1, 1_000, 5),
  CONFIRMATION_CODES_PER_HOUR: count(1, 1_000, 10),
  MAILS_PER_ADDRESS_PER_HOUR: count(1, 100_000, 500),
  SIGN_UPS_PER_ADDRESS_PER_HOUR: count(1, 100_000, 1000),
})

/** Everything that can be set, in the words of the code, with units in the names. */
export interface Settings {
  readonly environment: 'production' | 'development' | 'test'
  readonly origin: string
  readonly mailFrom: string
  readonly appName: string
  readonly requireEmailVerification: boolean
  readonly registrationOpen: boolean
  readonly inviteOnly: boolean
  readonly editableFields: readonly string[]
  readonly revealAccounts: boolean
  readonly allowedOrigins: readonly string[]
  readonly clientRegistrationOpen: boolean
  /** Other places than our own for which applications may ask tokens. */
  readonly oauthResources: readonly string[]
  readonly firstAccountIsAdmin: boolean
  readonly usernameHoldSeconds: number
  readonly uploadsPerHour: number
  readonly followsPerHour: number
  readonly blocksPerHour: number
  readonly passwordLengthMin: number
  readonly passwordBlocklist: boolean
  readonly passwordIterations: number
  readonly sessionIdleSeconds: number
  readonly sessionMaxSeconds: number
  readonly recentAuthenticationSeconds: number
  readonly resetTtlSeconds: number
  readonly confirmationTtlSeconds: number
  readonly twoFactorCodeTtlSeconds: number
  readonly loginHistorySeconds: number
  readonly knownSourceSeconds: number
  readonly throttle: boolean
  readonly passwordFailuresMax: number
  readonly passwordBlockSecondsMax: number
  readonly addressFailuresMax: number
  readonly addressWindowSeconds: number
  readonly addressBlockSeconds: number
  readonly accountFailuresMax: number
  readonly codeFailuresMax: number
  readonly codeBlockSeconds: number
  readonly codesEvaluatedPerHour: number
  readonly signInCodesPerHour: number
  readonly resetCodesPerHour: number
  readonly confirmationCodesPerHour: number
  readonly mailsPerAddressPerHour: number
  readonly signUpsPerAddressPerHour: number
  /** PEPPER_n: mixed into every password, so that the database alone cannot be guessed against. */
  readonly peppers: KeySlots
  /** APP_KEY_n: the root from which the keys for codes, mails, addresses and links are derived. */
  readonly appKeys: KeySlots
}

/** A convenience of empty local databases; deployed, administrators are made by the operator's command. */
function firstAccountIsAdmin(environment: Settings['environment'], given?: boolean): boolean {
  return environment !== 'production' && (given ?? environment === 'development')
}

/** The words for rules that bring none. Never the value: it may be a secret in the wrong place. */
function complaint(issue: z.core.$ZodRawIssue): string | undefined {
  const unit = 'origin' in issue && issue.origin === 'string' ? ' characters' : ''
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `is not a ${issue.expected}`
    case 'invalid_value':
      return `is none of ${issue.values.join(', ')}`
    case 'too_small':
      return `needs ${issue.minimum}${unit} or more`
    case 'too_big':
      return `takes at most ${issue.maximum}${unit}`
    default:
      return undefined
  }
}

const secretLengthMin = 32

function readSlots(env: Env, prefix: string): KeySlots | string {
  const bySlot = new Map<string, string>()
  let current = 0
  for (const [name, value] of Object.entries(env)) {
    const slot = name.startsWith(`${prefix}_`) ? name.slice(prefix.length + 1) : ''
    if (!/^[1-9]\d{0,3}$/.test(slot)) continue
    if (typeof value !== 'string' || value.length < secretLengthMin) {
      return `${name} needs ${secretLengthMin} characters or more`
    }
    bySlot.set(slot, value)
    current = Math.max(current, Number(slot))
  }
  return current === 0 ? `${prefix}_1 is missing` : { current: String(current), bySlot }
}

/**
 * Reads all settings, or throws a SettingsError that lists everything wrong at once.
 * An empty variable counts as left out; an empty secret is missing.
 */
export function readSettings(env: Env): Settings {
  const given = Object.fromEntries(
    Object.keys(Variables.shape).map((name) => [name, env[name] === '' ? undefined : env[name]]),
  )
  const parsed = Variables.safeParse(given, { error: complaint })
  const peppers = readSlots(env, 'PEPPER')
  const appKeys = readSlots(env, 'APP_KEY')
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  if (typeof peppers === 'string') problems.push(peppers)
  if (typeof appKeys === 'string') problems.push(appKeys)

  const v = parsed.data
  if (v?.ENVIRONMENT === 'production') {
    if (v.PASSWORD_ITERATIONS < passwordIterationsFloor) {
      problems.push(`PASSWORD_ITERATIONS: production needs ${passwordIterationsFloor} or more`)
    }
    if (v.THROTTLE === 'off') problems.push('THROTTLE: production cannot switch it off')
  }
  if (v && v.PASSWORD_ITERATIONS > pbkdf2PerCall && v.PASSWORD_ITERATIONS % pbkdf2PerCall !== 0) {
    problems.push(`PASSWORD_ITERATIONS: above ${pbkdf2PerCall} it must be a multiple of it`)
  }
  if (!v || problems.length > 0 || typeof peppers === 'string' || typeof appKeys === 'string') {
    throw new SettingsError(problems.join('; '))
  }

  return {
    environment: v.ENVIRONMENT,
    origin: v.ORIGIN,
    mailFrom: v.MAIL_FROM,
    appName: v.APP_NAME,
    requireEmailVerification: v.REQUIRE_EMAIL_VERIFICATION,
    registrationOpen: v.REGISTRATION === 'open',
    inviteOnly: v.INVITE_ONLY,
    editableFields: v.EDITABLE_FIELDS,
    revealAccounts: v.REVEAL_ACCOUNTS === 'documented',
    allowedOrigins: v.ALLOWED_ORIGINS,
    clientRegistrationOpen: v.CLIENT_REGISTRATION === 'open',
    oauthResources: v.OAUTH_RESOURCES,
    firstAccountIsAdmin: firstAccountIsAdmin(v.ENVIRONMENT, v.FIRST_ACCOUNT_IS_ADMIN),
    usernameHoldSeconds: v.USERNAME_HOLD_DAYS * daySeconds,
    uploadsPerHour: v.UPLOADS_PER_HOUR,
    followsPerHour: v.FOLLOWS_PER_HOUR,
    blocksPerHour: v.BLOCKS_PER_HOUR,
    passwordLengthMin: v.PASSWORD_MIN,
    passwordBlocklist: v.PASSWORD_BLOCKLIST,
    passwordIterations: v.PASSWORD_ITERATIONS,
    sessionIdleSeconds: v.SESSION_IDLE_SECONDS,
    sessionMaxSeconds: v.SESSION_MAX_SECONDS,
    recentAuthenticationSeconds: v.RECENT_AUTHENTICATION_SECONDS,
    resetTtlSeconds: v.RESET_TTL_SECONDS,
    confirmationTtlSeconds: v.CONFIRMATION_TTL_SECONDS,
    twoFactorCodeTtlSeconds: v.TWO_FACTOR_CODE_TTL_SECONDS,
    loginHistorySeconds: v.LOGIN_HISTORY_DAYS * daySeconds,
    knownSourceSeconds: v.KNOWN_SOURCE_DAYS * daySeconds,
    throttle: v.THROTTLE === 'on',
    passwordFailuresMax: v.PASSWORD_FAILURES_MAX,
    passwordBlockSecondsMax: v.PASSWORD_BLOCK_SECONDS_MAX,
    addressFailuresMax: v.ADDRESS_FAILURES_MAX,
    addressWindowSeconds: v.ADDRESS_WINDOW_SECONDS,
    addressBlockSeconds: v.ADDRESS_BLOCK_SECONDS,
    accountFailuresMax: v.ACCOUNT_FAILURES_MAX,
    codeFailuresMax: v.CODE_FAILURES_MAX,
    codeBlockSeconds: v.CODE_BLOCK_SECONDS,
    codesEvaluatedPerHour: v.CODES_EVALUATED_PER_HOUR,
    signInCodesPerHour: v.SIGN_IN_CODES_PER_HOUR,
    resetCodesPerHour: v.RESET_CODES_PER_HOUR,
    confirmationCodesPerHour: v.CONFIRMATION_CODES_PER_HOUR,
    mailsPerAddressPerHour: v.MAILS_PER_ADDRESS_PER_HOUR,
    signUpsPerAddressPerHour: v.SIGN_UPS_PER_ADDRESS_PER_HOUR,
    peppers,
    appKeys,
  }
}
