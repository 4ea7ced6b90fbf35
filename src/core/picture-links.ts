import { equalInConstantTime } from '../crypto/keyed'
import type { Account } from './accounts'
import type { Core } from './context'

/** Signed, expiring addresses of profile pictures: whoever holds one sees the picture, nobody else. */

const purpose = 'picture'
const lifeMs = 4 * 60 * 60 * 1000
/** Addresses made within this time are the same, so that a browser's copy is found again. */
const stepMs = 5 * 60 * 1000

/** What an address says. The token is the last part of the object's key in R2. */
export interface PictureLink {
  readonly accountId: string
  readonly token: string
  /** Seconds since the epoch. */
  readonly expires: number
  readonly signature: string
}

/** Where the picture of an account lies in R2, under a token that is fresh for every upload. */
export function pictureKey(number: number, token: string): string {
  return `p/${number}/${token}`
}

function sign(core: Core, link: Omit<PictureLink, 'signature'>): Promise<string> {
  return core.keys.sign(purpose, `${link.accountId} ${link.token} ${link.expires}`)
}

/** The address of an account's picture, good for four hours and at most five minutes more; null without one. */
export async function pictureUrl(
  core: Core,
  account: Pick<Account, 'id' | 'pictureKey'>,
): Promise<string | null> {
  const token = account.pictureKey?.split('/').at(-1)
  if (token === undefined) return null
  const expires = (Math.ceil(core.now / stepMs) * stepMs + lifeMs) / 1000
  const signature = await sign(core, { accountId: account.id, token, expires })
  return `${core.settings.origin}/pictures/${account.id}/${token}?expires=${expires}&signature=${signature}`
}

/** Whether we made the address, and it still counts. */
export async function isValidLink(core: Core, link: PictureLink): Promise<boolean> {
  if (link.expires * 1000 <= core.now) return false
  return equalInConstantTime(link.signature, await sign(core, link))
}
