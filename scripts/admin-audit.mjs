import { randomBytes, randomUUID } from 'node:crypto'

// What the operator does is kept like what administrators do, without a name: whoever has the shell is nobody here.

/** 24 hex digits, of which eleven are the time, as in src/core/entry-ids.ts. */
function newEntryId(now) {
  const time = [
    Math.floor(now / 1000)
      .toString(16)
      .padStart(8, '0'),
    (now % 1000).toString(16),
  ]
  return time[0] + time[1].padStart(3, '0') + randomBytes(7).toString('hex').slice(0, 13)
}

/** The statement that keeps an act on what a SELECT of an id and a name finds, written before the act itself. */
export function auditing(act, subject) {
  const now = Date.now()
  return `INSERT INTO audit_entries (id, at, act, subject_id, subject_name)
    SELECT '${newEntryId(now)}', ${now}, '${act}', found.* FROM (${subject}) AS found`
}

export const clientSubject = (id) =>
  `SELECT client_id, client_name FROM clients WHERE client_id = '${id}'`

/** Owes the Worker work on keys, as src/core/outbox.ts does; `keys` is a SELECT of one column `key`. */
export function owing(kind, keys) {
  return `INSERT INTO outbox (id, kind, target, payload, created_at, due_at)
    SELECT '${kind} ${randomUUID()} ' || chunk, '${kind}', json_group_array(key), '', ${Date.now()}, ${Date.now()}
    FROM (SELECT key, (row_number() OVER () - 1) / 1000 AS chunk FROM (${keys})) GROUP BY chunk`
}
