import type { Keyring } from '../crypto/keyed'
import type { PasswordHashing } from '../crypto/password-hash'
import type { Settings } from '../env'
import type { Database } from '../storage/database'
import type { DeviceInfo } from '../storage/session-records'
import type { KeyMemory } from './oauth/signing-keys'
import type { PostMessage } from './webhook-deliveries'

/** Everything a core function stands on. One per request; nothing of it outlives the request. */
export interface Core {
  readonly db: Database
  readonly kv: KVNamespace
  readonly r2: R2Bucket
  readonly mail: SendEmail
  /** Brings a message to the address of a webhook. */
  readonly post: PostMessage
  readonly settings: Settings
  readonly keys: Keyring
  readonly hashing: PasswordHashing
  /** What this isolate remembers of the signing keys. */
  readonly keyMemory: KeyMemory
  /** Milliseconds since the epoch, the same for the whole request. */
  readonly now: number
  /** Random, one per request: the claim under which a guarded change acts. */
  readonly requestId: string
  /** Runs after the response. What must not be lost is in the outbox, not only here. */
  defer(work: Promise<unknown>): void
}

/** Where a request comes from, as far as it is known. None of it is proof of anything. */
export interface Client {
  /** The dialect spoken, for the session's record and the sign-in history. */
  readonly dialect: string
  readonly address: string
  readonly userAgent: string | null
  /** The token of a device that has signed in before, or null. */
  readonly deviceToken: string | null
  /** Whether its API hands out nothing that names a device: then none is made, as nobody could ever show it. */
  readonly isNameless?: boolean
  /** The token of a session that a sign-in would take the place of, or null. */
  readonly formerToken: string | null
  /** What the client calls its device: a sign-in from it replaces the device's session. */
  readonly device: DeviceInfo | null
}
