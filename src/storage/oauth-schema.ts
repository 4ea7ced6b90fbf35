import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** The tables of the authorization server. */

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
  /** One of ours: nobody is asked whether it may. */
  isFirstParty: integer('is_first_party', { mode: 'boolean' }).notNull().default(false),
  registeredAt: integer('registered_at').notNull(),
})

/** Keys that tokens are signed with, in the order in which they take over from each other. */
export const signingKeys = sqliteTable('signing_keys', {
  kid: text('kid').primaryKey(),
  publicJwk: text('public_jwk', { mode: 'json' }).$type<JsonWebKey>().notNull(),
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
