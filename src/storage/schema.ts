import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { clients } from './oauth-schema'
import type { Profile } from './profile'

/**
 * The tables of accounts; those between accounts are in graph-schema.ts, those of what people can do
 * in portfolio-schema.ts. Times are milliseconds since the epoch. Columns that are read in one join have
 * names of their own, because D1 hands a batch's rows over as objects keyed by column name.
 */

export const accounts = sqliteTable(
  'accounts',
  {
    /** Random, 48 bits: the key inside, and the id where a dialect shows integers. */
    number: integer('number').primaryKey(),
    /** 24 hex digits that sort by creation time. */
    id: text('id').notNull().unique(),
    username: text('username').notNull(),
    usernameKey: text('username_key').notNull().unique(),
    email: text('email'),
    emailKey: text('email_key').unique(),
    emailVerifiedAt: integer('email_verified_at'),
    passwordHash: text('password_hash'),
    accountKeyHash: text('account_key_hash'),
    role: text('role', { enum: ['user', 'admin'] })
      .notNull()
      .default('user'),
    /** Raised to end every session and grant at once: each carries the epoch it was opened in. */
    epoch: integer('epoch').notNull().default(0),
    secondFactor: text('second_factor', { enum: ['email', 'app'] }),
    disabledAt: integer('disabled_at'),
    firstName: text('first_name').notNull().default(''),
    lastName: text('last_name').notNull().default(''),
    /** Lower case without accents, for searches that are too short for the trigram index. */
    firstNameKey: text('first_name_key').notNull().default(''),
    lastNameKey: text('last_name_key').notNull().default(''),
    isPrivate: integer('is_private', { mode: 'boolean' }).notNull().default(false),
    /** Kept by triggers on `follows`. */
    followerCount: integer('follower_count').notNull().default(0),
    followingCount: integer('following_count').notNull().default(0),
    profileCompleteness: integer('profile_completeness').notNull().default(0),
    /** The R2 key of the profile picture. */
    pictureKey: text('picture_key'),
    profile: text('profile', { mode: 'json' }).$type<Profile>().notNull().default(sql`'{}'`),
    /** By which the account brings others in; an account whose draw was another's already has none. */
    referralCode: text('referral_code').unique(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    loggedInAt: integer('logged_in_at'),
    /** Which request made the last guarded change: the statements after it act only under its own. */
    changedBy: text('changed_by'),
  },
  (t) => [
    // Whoever has no name is not found by one: some dialects ask for none.
    index('accounts_first_name_key').on(t.firstNameKey).where(sql`${t.firstNameKey} <> ''`),
    index('accounts_last_name_key').on(t.lastNameKey).where(sql`${t.lastNameKey} <> ''`),
    index('accounts_completeness').on(t.profileCompleteness, t.id),
    index('accounts_administrators')
      .on(t.profileCompleteness, t.id)
      .where(sql`${t.role} = 'admin'`),
  ],
)

const account = () =>
  integer('account_number')
    .notNull()
    .references(() => accounts.number, { onDelete: 'cascade' })

/**
 * What decides whether a session counts. How it looks to people is the KV record's and `device`. The
 * session of an application is what a person has granted it, and lives and dies like any other.
 */
export const sessions = sqliteTable(
  'sessions',
  {
    tokenHash: text('token_hash').primaryKey(),
    /** A random UUID, looked for among its account's own: an index of it would be paid for by every sign-in. */
    sessionId: text('session_id').notNull(),
    accountNumber: account(),
    sessionEpoch: integer('session_epoch').notNull(),
    systemEpoch: integer('system_epoch').notNull(),
    openedAt: integer('opened_at').notNull(),
    /** When the person last proved who they are, for what needs a recent sign-in. */
    authenticatedAt: integer('authenticated_at').notNull(),
    seenAt: integer('seen_at').notNull(),
    idleExpiresAt: integer('idle_expires_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    /** The session record as JSON, from which a lost KV entry is rebuilt. */
    device: text('device').notNull(),
    /** Whether KV may have the record: it gets it when somebody first asks. True for what is older than this column. */
    mayBeInKv: integer('may_be_in_kv', { mode: 'boolean' }).notNull().default(true),
    /** The client's own id of its device, where its dialect has one: one session per device. */
    deviceId: text('device_id'),
    /** The application that it was granted to; null for a session of the person's own. */
    grantedTo: text('granted_to').references(() => clients.clientId, { onDelete: 'cascade' }),
    grantedScopes: text('granted_scopes', { mode: 'json' }).$type<string[]>(),
    /** The places where its tokens may be shown (RFC 8707). */
    grantedResources: text('granted_resources', { mode: 'json' }).$type<string[]>(),
  },
  (t) => [
    index('sessions_account').on(t.accountNumber, t.deviceId),
    index('sessions_granted_to').on(t.grantedTo).where(sql`${t.grantedTo} IS NOT NULL`),
    index('sessions_expires').on(t.idleExpiresAt),
  ],
)

/** One row: raising the epoch ends every session of everybody. */
export const system = sqliteTable('system', {
  one: integer('one').primaryKey(),
  globalEpoch: integer('global_epoch').notNull().default(0),
})

/** Long mailed codes. Each counts once, for the address it was mailed to. */
export const codes = sqliteTable(
  'codes',
  {
    codeHash: text('code_hash').primaryKey(),
    accountNumber: account(),
    purpose: text('purpose', { enum: ['reset', 'confirm', 'disown'] }).notNull(),
    address: text('address').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    usedAt: integer('used_at'),
    usedBy: text('used_by'),
  },
  (t) => [
    index('codes_account').on(t.accountNumber, t.purpose),
    index('codes_expires').on(t.expiresAt),
  ],
)

/** A sign-in whose password was right and whose second factor is still to come. */
export const challenges = sqliteTable(
  'challenges',
  {
    tokenHash: text('token_hash').primaryKey(),
    accountNumber: account(),
    accountEpoch: integer('account_epoch').notNull(),
    /** HMAC of the mailed code; absent where an authenticator app answers. */
    codeHash: text('code_hash'),
    attempts: integer('attempts').notNull().default(0),
    attemptBy: text('attempt_by'),
    historyId: text('history_id').notNull(),
    /** The address it was opened from: a code without the challenge's secret counts from there alone. */
    source: text('source').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    usedAt: integer('used_at'),
    usedBy: text('used_by'),
  },
  (t) => [
    index('challenges_account').on(t.accountNumber),
    index('challenges_expires').on(t.expiresAt),
  ],
)

/**
 * What an account's second factor rests on, and one that is being set up. Which one is asked for,
 * the account says.
 */
export const secondFactors = sqliteTable('second_factors', {
  accountNumber: account().primaryKey(),
  /** The authenticator app's secret, sealed. */
  appSecret: text('app_secret'),
  /** The latest time step whose code was taken: each counts once. */
  lastStep: integer('last_step').notNull().default(0),
  pendingMethod: text('pending_method', { enum: ['email', 'app'] }),
  pendingSecret: text('pending_secret'),
  /** The session that began to set it up: no other may finish. */
  pendingSession: text('pending_session'),
  pendingUntil: integer('pending_until'),
  /** HMAC of the code mailed for switching a factor, as short ones are guessed. */
  codeHash: text('code_hash'),
  codeExpiresAt: integer('code_expires_at'),
  attemptBy: text('attempt_by'),
})

/** Codes for the day when the app is lost. Each counts once. */
export const backupCodes = sqliteTable(
  'backup_codes',
  {
    codeHash: text('code_hash').primaryKey(),
    accountNumber: account(),
    usedAt: integer('used_at'),
    usedBy: text('used_by'),
  },
  (t) => [index('backup_codes_account').on(t.accountNumber)],
)

/** Counters of attempts. The keys are made in core/throttle.ts and hold no address in clear. */
export const throttles = sqliteTable(
  'throttles',
  {
    key: text('key').primaryKey(),
    count: integer('count').notNull(),
    /** Which request made the latest reservation: what else it counts, it counts under that. */
    reservedBy: text('reserved_by'),
    blockedUntil: integer('blocked_until').notNull().default(0),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [index('throttles_expires').on(t.expiresAt)],
)

/** Addresses and devices from which an account has completed a sign-in. */
export const knownSources = sqliteTable(
  'known_sources',
  {
    accountNumber: account(),
    source: text('source').notNull(),
    seenAt: integer('seen_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountNumber, t.source] }),
    index('known_sources_seen').on(t.seenAt),
  ],
)

export const loginHistory = sqliteTable(
  'login_history',
  {
    /** Sorts by time, as newId() makes it: whatever is asked of a time is asked of this. */
    id: text('id').primaryKey(),
    accountNumber: account(),
    at: integer('at').notNull(),
    success: integer('success', { mode: 'boolean' }).notNull(),
    reason: text('reason'),
    dialect: text('dialect').notNull(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
  },
  (t) => [index('login_history_account').on(t.accountNumber, t.at)],
)

/** Files in R2. A row without `storedAt` is an upload under way, or one that broke off. */
export const uploads = sqliteTable(
  'uploads',
  {
    /** The name under which it is served, as `<name>.<type>`; photos are named by it alone. */
    name: text('name').primaryKey(),
    type: text('type').notNull(),
    accountNumber: account(),
    objectKey: text('object_key').notNull().unique(),
    bytes: integer('bytes').notNull(),
    /** Whether the content is the image that the type says, so that it may be shown in a page. */
    isImage: integer('is_image', { mode: 'boolean' }).notNull().default(false),
    startedAt: integer('started_at').notNull(),
    storedAt: integer('stored_at'),
  },
  (t) => [index('uploads_account').on(t.accountNumber), index('uploads_started').on(t.startedAt)],
)

/** Pictures that a person shows, each an upload of their own. */
export const photos = sqliteTable(
  'photos',
  {
    photoId: text('photo_id').primaryKey(),
    accountNumber: account(),
    fileType: text('file_type').notNull(),
    fileSize: integer('file_size').notNull(),
    previewWidth: integer('preview_width').notNull(),
    previewHeight: integer('preview_height').notNull(),
    addedAt: integer('added_at').notNull(),
  },
  (t) => [index('photos_account').on(t.accountNumber, t.addedAt)],
)

/**
 * Work owed to the world outside D1, written in the batch of the change that owes it. A row lives
 * until the work is done; it names an account without a reference, because it may outlive it.
 */
export const outbox = sqliteTable(
  'outbox',
  {
    id: text('id').primaryKey(),
    kind: text('kind', { enum: ['mail', 'forget', 'objects', 'approve'] }).notNull(),
    /** An address for a mail; a JSON array of token hashes or R2 keys whose records are to go; or an account's number. */
    target: text('target').notNull(),
    /** What a mail says, sealed, as it may hold a code; empty for the other kinds. */
    payload: text('payload').notNull(),
    createdAt: integer('created_at').notNull(),
    /** Not before this time; pushed forward while somebody works on it and after a failure. */
    dueAt: integer('due_at').notNull(),
    tries: integer('tries').notNull().default(0),
    leasedBy: text('leased_by'),
  },
  (t) => [index('outbox_due').on(t.dueAt)],
)

/** Usernames of deleted accounts, kept back for a while so that nobody steps into their place. */
export const heldUsernames = sqliteTable(
  'held_usernames',
  {
    usernameKey: text('username_key').primaryKey(),
    heldUntil: integer('held_until').notNull(),
  },
  (t) => [index('held_usernames_until').on(t.heldUntil)],
)
