import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { PublicJwk } from '../crypto/jwt'
import { accounts, sessions } from './schema'

/** The tables of the authorization server. What a person allows an application is a row in `sessions`. */

/** Applications that act for people, or for themselves. */
export const clients = sqliteTable('clients', {
  clientId: text('client_id').primaryKey(),
  clientName: text('client_name').notNull(),
  /** SHA-256; absent for a public client, which could not keep a secret. */
  secretHash: text('secret_hash'),
  /** The one secret before, for as long as clients need to take the new one. */
  formerSecretHash: text('former_secret_hash'),
  formerSecretUntil: integer('former_secret_until'),
  /** JSON arrays. */
  redirectUris: text('redirect_uris', { mode: 'json' }).$type<string[]>().notNull(),
  clientScopes: text('client_scopes', { mode: 'json' }).$type<string[]>().notNull(),
  /** Where somebody who signs out there may be sent. */
  logoutUris: text('logout_uris', { mode: 'json' }).$type<string[]>().notNull().default([]),
  /** The one way in which it sends its secret; null where either will do. */
  secretIn: text('secret_in', { enum: ['header', 'body'] }),
  /** One of ours: nobody is asked whether it may. */
  isFirstParty: integer('is_first_party', { mode: 'boolean' }).notNull().default(false),
  /** It introduced itself: nobody here has looked at it. */
  isSelfRegistered: integer('is_self_registered', { mode: 'boolean' }).notNull().default(false),
  registeredAt: integer('registered_at').notNull(),
})

/** Keys that tokens are signed with, in the order in which they take over from each other. */
export const signingKeys = sqliteTable('signing_keys', {
  kid: text('kid').primaryKey(),
  publicJwk: text('public_jwk', { mode: 'json' }).$type<PublicJwk>().notNull(),
  /** PKCS #8, sealed. */
  privateKey: text('private_key').notNull(),
  madeAt: integer('made_at').notNull().unique(),
})

/** Tokens of applications themselves that were given back before their end. */
export const revokedTokens = sqliteTable(
  'revoked_tokens',
  {
    jti: text('jti').primaryKey(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [index('revoked_tokens_expires').on(t.expiresAt)],
)

const client = () =>
  text('client_id')
    .notNull()
    .references(() => clients.clientId, { onDelete: 'cascade' })

const account = () =>
  integer('account_number')
    .notNull()
    .references(() => accounts.number, { onDelete: 'cascade' })

/** Codes that an application turns into a grant. Each counts once. */
export const authorizationCodes = sqliteTable(
  'authorization_codes',
  {
    codeHash: text('code_hash').primaryKey(),
    clientId: client(),
    accountNumber: account(),
    /** The epochs in which the person said yes: whatever ends their sessions ends the code. */
    accountEpoch: integer('account_epoch').notNull(),
    systemEpoch: integer('system_epoch').notNull(),
    redirectUri: text('redirect_uri').notNull(),
    /** Whether the request named it, and so must whoever redeems the code. */
    isRedirectNamed: integer('is_redirect_named', { mode: 'boolean' }).notNull(),
    challenge: text('challenge').notNull(),
    scopes: text('scopes', { mode: 'json' }).$type<string[]>().notNull(),
    resources: text('resources', { mode: 'json' }).$type<string[]>().notNull(),
    nonce: text('nonce'),
    authenticatedAt: integer('authenticated_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    usedAt: integer('used_at'),
    usedBy: text('used_by'),
    /** The grant that it became: a second use ends it. */
    grantHash: text('grant_hash'),
  },
  (t) => [
    index('authorization_codes_account').on(t.accountNumber),
    index('authorization_codes_expires').on(t.expiresAt),
  ],
)

/** Each is used once and names the one that comes after it; all of a grant go with it. */
export const refreshTokens = sqliteTable(
  'refresh_tokens',
  {
    refreshHash: text('refresh_hash').primaryKey(),
    grantHash: text('grant_hash')
      .notNull()
      .references(() => sessions.tokenHash, { onDelete: 'cascade' }),
    refreshExpiresAt: integer('refresh_expires_at').notNull(),
    usedAt: integer('used_at'),
    successorHash: text('successor_hash'),
  },
  (t) => [
    index('refresh_tokens_grant').on(t.grantHash),
    index('refresh_tokens_expires').on(t.refreshExpiresAt),
  ],
)

/** What a person has said yes to, so that they are asked once. */
export const consents = sqliteTable(
  'consents',
  {
    accountNumber: account(),
    clientId: client(),
    scopes: text('scopes', { mode: 'json' }).$type<string[]>().notNull(),
    consentedAt: integer('consented_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountNumber, t.clientId] }),
    index('consents_client').on(t.clientId),
  ],
)

/** Requests for authorization that an application left with us beforehand (RFC 9126). */
export const pushedRequests = sqliteTable(
  'pushed_requests',
  {
    requestHash: text('request_hash').primaryKey(),
    clientId: client(),
    parameters: text('parameters').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [index('pushed_requests_expires').on(t.expiresAt)],
)
