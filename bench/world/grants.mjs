import { sessionColumns, sessionMarks, sessionRow } from './fill.mjs'
import { numberOf } from './people.mjs'
import { hashOf, secretOf, uuidOf } from './random.mjs'

// One application, and what people have granted to it, each grant with a refresh token to be used once.

const clientId = 'bench'
const secret = secretOf('client')
const scopes = ['client:oauth:introspect', 'delegated:all', 'openid', 'profile']

export const clientHeader = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`
export const refreshTokenOf = (place) => secretOf(`refresh ${place}`)

/** Replaces the grants of an earlier run. */
export function renewGrants(db, { count, accounts, now }) {
  db.exec('PRAGMA foreign_keys = ON')
  db.exec('BEGIN')
  db.prepare('DELETE FROM clients WHERE client_id = ?').run(clientId)
  db.prepare(
    `INSERT INTO clients (client_id, client_name, secret_hash, redirect_uris, client_scopes, registered_at)
    VALUES (?, 'Bench', ?, '["https://bench.example/back"]', ?, ?)`,
  ).run(clientId, hashOf(secret), JSON.stringify(scopes), now)
  const grant = db.prepare(
    `INSERT INTO sessions (${sessionColumns}, granted_to, granted_scopes, granted_resources)
    VALUES (${sessionMarks}, ?, ?, '[]')`,
  )
  const refresh = db.prepare(
    'INSERT INTO refresh_tokens (refresh_hash, grant_hash, refresh_expires_at) VALUES (?, ?, ?)',
  )
  for (let place = 0; place < count; place += 1) {
    const id = uuidOf(`grant ${place}`)
    const tokenHash = hashOf(`grant:${id}`)
    const number = numberOf((place * 7) % accounts)
    const row = sessionRow({ tokenHash, id, number, dialect: 'oauth', now })
    grant.run(...row, clientId, '["delegated:profile:read","openid"]')
    refresh.run(hashOf(refreshTokenOf(place)), tokenHash, now + 30 * 24 * 60 * 60 * 1000)
  }
  db.exec('COMMIT')
}
