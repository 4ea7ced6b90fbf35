import type { SQL } from 'drizzle-orm'
import { hashToken } from '../crypto/token'
import { sql } from '../storage/sql'
import type { Client, Core } from './context'

/**
 * Where attempts come from. A source is an address or a device; one from which the account has
 * completed a sign-in is known, and what strangers do never closes the door to it.
 */

export interface Sources {
  /** `ip:` and a keyed digest, so that no table holds an address as a permanent identifier. */
  readonly address: string
  /** `dev:` and the digest of the device's token; empty when it has none. */
  readonly device: string
}

/** The eight groups of an IPv6 address, whichever way it is written. */
function ipv6Groups(address: string): number[] {
  const [plain = ''] = address.split('%')
  const hex = plain.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number)
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
  })
  const [left = [], right] = hex.split('::').map((half) => half.split(':').filter(Boolean))
  const zeros = right === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  return [...left, ...Array<string>(zeros).fill('0'), ...(right ?? [])].map((group) =>
    Number.parseInt(group, 16),
  )
}

/** An IPv4 address itself, or the /64 of an IPv6 one: the smallest unit that belongs to one customer. */
export function addressGroup(address: string): string {
  if (!address.includes(':')) return address
  const groups = ipv6Groups(address)
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (isMapped) {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.')
  }
  return groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')
}

/** A request has one address, and a sign-in asks for it twice. */
const digests = new WeakMap<Core, { readonly of: string; readonly digest: Promise<string> }>()

function addressDigest(core: Core, address: string): Promise<string> {
  const known = digests.get(core)
  if (known?.of === address) return known.digest
  const digest = core.keys.sign('address', addressGroup(address))
  digests.set(core, { of: address, digest })
  return digest
}

export async function sourcesOf(core: Core, client: Client): Promise<Sources> {
  const [address, device] = await Promise.all([
    addressDigest(core, client.address),
    client.deviceToken === null ? '' : hashToken(client.deviceToken),
  ])
  return { address: `ip:${address}`, device: device === '' ? '' : `dev:${device}` }
}

/** Since when a source has to have been seen to be known. */
export function knownSince({ now, settings }: Core): number {
  return now - settings.knownSourceSeconds * 1000
}

/** The known source that this request comes from, or NULL; `account` is an account's number in SQL. */
export function knownSource(core: Core, account: SQL, sources: Sources): SQL {
  return knownOf(account, { ...sources, since: knownSince(core) })
}

/** The same in a kept query, to which the values of `device`, `address` and `since` are given. */
export function keptKnownSource(account: SQL): SQL {
  const [device, address, since] = ['device', 'address', 'since'].map(sql.placeholder)
  return knownOf(account, { device, address, since })
}

type Asked = { readonly [name in keyof Sources | 'since']: unknown }

function knownOf(account: SQL, { device, address, since }: Asked): SQL {
  return sql`(SELECT source FROM known_sources WHERE account_number = ${account}
    AND source IN (${device}, ${address}) AND seen_at > ${since}
    ORDER BY source = ${device} DESC LIMIT 1)`
}

/** The source whose wrong passwords are counted together: a known device, or else the address. */
export function countedSource(known: SQL, sources: Sources): SQL {
  return sql`(CASE WHEN ${known} = ${sources.device} THEN ${sources.device} ELSE ${sources.address} END)`
}

/**
 * How exactly it is known when a source was last seen, at most: to write it at each sign-in would cost more
 * than it tells. A tenth of the time that it is known is exact enough for the shortest as well.
 */
const seenEveryMs = 24 * 60 * 60 * 1000

/** What a session makes known: a list in JSON, and until when a source has to have been seen last to be written again. */
export function newlyKnown(
  { now, settings }: Core,
  sources: Sources | null,
): { sources: string; againUntil: number } {
  const everyMs = Math.min(seenEveryMs, (settings.knownSourceSeconds * 1000) / 10)
  const { device, address } = sources ?? { device: '', address: '' }
  return {
    sources: JSON.stringify([device, address].filter((source) => source !== '')),
    againUntil: now - everyMs,
  }
}
