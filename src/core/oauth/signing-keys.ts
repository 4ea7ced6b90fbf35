import { asc } from 'drizzle-orm'
import { importPem, newSigningKey, type PublicJwk, type PublicKey } from '../../crypto/jwt'
import { run } from '../../storage/database'
import { signingKeys } from '../../storage/oauth-schema'
import { sql } from '../../storage/sql'
import type { Core } from '../context'
import { fail } from '../errors'

/**
 * The keys that tokens are signed with. A new one is published a day before it signs, so that
 * everybody who keeps a copy of the list knows it by then, and stays in the list until the last
 * token under it has expired. When each signs follows from when it was made.
 */

const purpose = 'signing-key'
const dayMs = 24 * 60 * 60 * 1000
/** How long a key is known before it signs. */
const leadMs = dayMs
const signsForMs = 90 * dayMs
/** No token lives longer. */
const tokenMsMax = dayMs
/** For how long an isolate believes its copy of the list. */
const rememberedMs = 5 * 60 * 1000
/** Unknown keys are looked up in D1 at most this often. */
const askedAgainMs = 10 * 1000

interface StoredKey {
  readonly kid: string
  readonly publicJwk: PublicJwk
  readonly privateKey: string
  readonly madeAt: number
}

/** What an isolate remembers between requests: public keys and sealed private ones, nothing secret that could be read. */
export interface KeyMemory {
  readAt: number
  keys: readonly StoredKey[]
}

function listKeys(core: Core) {
  return core.db.select().from(signingKeys).orderBy(asc(signingKeys.madeAt))
}

function rememberKeys(core: Core, keys: readonly StoredKey[]): readonly StoredKey[] {
  Object.assign(core.keyMemory, { readAt: core.now, keys })
  return keys
}

async function readKeys(core: Core): Promise<readonly StoredKey[]> {
  const [keys] = await run(core.db, listKeys(core))
  return rememberKeys(core, keys)
}

async function recalledKeys(core: Core): Promise<readonly StoredKey[]> {
  const { keys, readAt } = core.keyMemory
  return keys.length > 0 && core.now - readAt < rememberedMs ? keys : readKeys(core)
}

/** The same where there must be one: the first is made when it is first needed. */
async function someKeys(core: Core): Promise<readonly StoredKey[]> {
  const keys = await recalledKeys(core)
  return keys.length > 0 ? keys : addKey(core, null)
}

/** When the key at a place in the list begins to sign: the first at once, any other after its lead. */
function signsFrom(keys: readonly StoredKey[], place: number): number {
  const key = keys[place]
  if (!key) return Number.MAX_SAFE_INTEGER
  return place === 0 ? key.madeAt : key.madeAt + leadMs
}

/** Whether tokens of the key at a place may still be alive, or are yet to come. */
function isNeeded(core: Core, keys: readonly StoredKey[], place: number): boolean {
  return signsFrom(keys, place + 1) + tokenMsMax > core.now
}

function neededKeys(core: Core, keys: readonly StoredKey[]): readonly StoredKey[] {
  return keys.filter((_, place) => isNeeded(core, keys, place))
}

async function currentlyStored(core: Core): Promise<StoredKey> {
  const keys = await someKeys(core)
  const current = keys.findLast((_, place) => signsFrom(keys, place) <= core.now) ?? keys[0]
  return current ?? fail({ code: 'internal' })
}

async function openKey(core: Core, { kid, privateKey }: StoredKey): Promise<string> {
  return (await core.keys.open(purpose, privateKey, kid)) ?? fail({ code: 'internal' })
}

/** The key that signs now, its secret opened. */
export async function currentKey(core: Core): Promise<{ kid: string; privateKey: string }> {
  const current = await currentlyStored(core)
  return { kid: current.kid, privateKey: await openKey(core, current) }
}

const imported = new WeakMap<StoredKey, CryptoKey>()

/** The same to sign with, opened once for as long as the isolate remembers the list. */
export async function signingKey(core: Core): Promise<{ kid: string; privateKey: CryptoKey }> {
  const current = await currentlyStored(core)
  const known = imported.get(current)
  const privateKey = known ?? (await importPem(await openKey(core, current)))
  imported.set(current, privateKey)
  return { kid: current.kid, privateKey }
}

/**
 * Makes a key, unless there is one that was made after `since`, or any at all where that is null: of
 * several that are made at once, one counts.
 */
async function addKey(core: Core, since: number | null): Promise<readonly StoredKey[]> {
  const { kid, publicJwk, privateKey } = await newSigningKey()
  const sealed = await core.keys.seal(purpose, privateKey, kid)
  const [, keys] = await run(
    core.db,
    core.db.run(sql`INSERT INTO signing_keys (kid, public_jwk, private_key, made_at)
      SELECT ${kid}, ${JSON.stringify(publicJwk)}, ${sealed}, ${core.now}
      WHERE NOT EXISTS (SELECT 1 FROM signing_keys WHERE made_at > ${since ?? 0})
      ON CONFLICT DO NOTHING`),
    listKeys(core),
  )
  return rememberKeys(core, keys)
}

/** The keys that tokens may be signed with now or soon, or that live tokens were signed with. */
export async function publishedKeys(core: Core): Promise<PublicKey[]> {
  const keys = neededKeys(core, await someKeys(core))
  return keys.map(({ kid, publicJwk }) => ({ ...publicJwk, kid }))
}

/** A published key by its id. One that is not known may be new: D1 is asked again, but not for each. */
export async function findPublicKey(core: Core, kid: string): Promise<PublicJwk | null> {
  const find = (keys: readonly StoredKey[]) =>
    neededKeys(core, keys).find((key) => key.kid === kid)?.publicJwk ?? null
  const known = find(await recalledKeys(core))
  if (known || core.now - core.keyMemory.readAt < askedAgainMs) return known
  return find(await readKeys(core))
}

/** Makes the next key when the newest has signed for its time, and drops old ones; for cron. */
export async function rotateKeys(core: Core): Promise<void> {
  const known = await readKeys(core)
  const dueBefore = core.now - signsForMs
  const isDue = (known.at(-1)?.madeAt ?? core.now) <= dueBefore
  const keys = isDue ? await addKey(core, dueBefore) : known
  const gone = keys.filter((_, place) => !isNeeded(core, keys, place)).map(({ kid }) => kid)
  if (gone.length === 0) return
  const [, kept] = await run(
    core.db,
    core.db.run(sql`DELETE FROM signing_keys
      WHERE kid IN (SELECT value FROM json_each(${JSON.stringify(gone)}))`),
    listKeys(core),
  )
  rememberKeys(core, kept)
}
