import { type Bytes, fromBase64Url, toBase64Url, toUtf8 } from './encoding'
import { randomBytes } from './random'

/**
 * Keys with a purpose, derived by HKDF (RFC 5869) from one root, so that what is made for one
 * purpose means nothing in another.
 */
async function derive(
  root: string,
  purpose: string,
  algorithm: 'HMAC' | 'AES-GCM',
): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', toUtf8(root), 'HKDF', false, ['deriveKey'])
  const derivation = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: new Uint8Array(32),
    info: toUtf8(`atrium ${purpose}`),
  }
  return algorithm === 'HMAC'
    ? crypto.subtle.deriveKey(
        derivation,
        material,
        { name: 'HMAC', hash: 'SHA-256', length: 256 },
        false,
        ['sign', 'verify'],
      )
    : crypto.subtle.deriveKey(derivation, material, { name: 'AES-GCM', length: 256 }, false, [
        'encrypt',
        'decrypt',
      ])
}

export interface Keyring {
  /** HMAC-SHA-256 as base64url, under the current slot. For values that live no longer than a slot. */
  sign(purpose: string, text: string): Promise<string>
  /** The key of sign(), for libraries that sign themselves. It cannot be exported. */
  signingKey(purpose: string): Promise<CryptoKey>
  /** AES-256-GCM, `slot.nonce.ciphertext`; the purpose, and whom it is `about`, are authenticated with it. */
  seal(purpose: string, text: string, about?: string): Promise<string>
  /** Null for anything that no slot sealed for this purpose, or that is about somebody else. */
  open(purpose: string, sealed: string, about?: string): Promise<string | null>
  /** Whether the slot that writes sealed it: what lives on is sealed again, so that older slots can go. */
  isCurrent(sealed: string): boolean
}

/** `bySlot` holds the roots; `current` names the one that writes. Derived keys are kept per isolate. */
export function createKeyring(current: string, bySlot: ReadonlyMap<string, string>): Keyring {
  const derived = new Map<string, Promise<CryptoKey>>()

  function key(slot: string, purpose: string, algorithm: 'HMAC' | 'AES-GCM') {
    const name = `${slot} ${algorithm} ${purpose}`
    const known = derived.get(name)
    if (known) return known
    const root = bySlot.get(slot)
    if (root === undefined) return null
    const fresh = derive(root, purpose, algorithm)
    derived.set(name, fresh)
    return fresh
  }

  async function currentKey(purpose: string, algorithm: 'HMAC' | 'AES-GCM'): Promise<CryptoKey> {
    const found = await key(current, purpose, algorithm)
    if (!found) throw new Error('the current key slot is empty')
    return found
  }

  return {
    async sign(purpose, text) {
      const signature = await crypto.subtle.sign(
        'HMAC',
        await currentKey(purpose, 'HMAC'),
        toUtf8(text),
      )
      return toBase64Url(new Uint8Array(signature))
    },

    signingKey: (purpose) => currentKey(purpose, 'HMAC'),

    async seal(purpose, text, about) {
      const nonce = randomBytes(12)
      const sealed = await crypto.subtle.encrypt(
        { name: 'AES-GCM', iv: nonce, additionalData: authenticated(purpose, about) },
        await currentKey(purpose, 'AES-GCM'),
        toUtf8(text),
      )
      return `${current}.${toBase64Url(nonce)}.${toBase64Url(new Uint8Array(sealed))}`
    },

    isCurrent: (sealed) => sealed.startsWith(`${current}.`),

    async open(purpose, sealed, about) {
      const [slot = '', nonce, body] = splitSealed(sealed)
      const opening = nonce && body ? await key(slot, purpose, 'AES-GCM') : null
      if (!opening || !nonce || !body) return null
      try {
        const text = await crypto.subtle.decrypt(
          { name: 'AES-GCM', iv: nonce, additionalData: authenticated(purpose, about) },
          opening,
          body,
        )
        return new TextDecoder().decode(text)
      } catch {
        return null
      }
    },
  }
}

/** Whom it is about is no part of the purpose, because a key is kept for each of those. */
function authenticated(purpose: string, about: string | undefined): Bytes {
  return toUtf8(about === undefined ? purpose : `${purpose} ${about}`)
}

function splitSealed(sealed: string): [string?, (Bytes | null)?, (Bytes | null)?] {
  const [slot, nonce, body, ...rest] = sealed.split('.')
  if (slot === undefined || nonce === undefined || body === undefined || rest.length > 0) return []
  return [slot, fromBase64Url(nonce), fromBase64Url(body)]
}

/** Compares two texts in a time that depends on their lengths alone. */
export function equalInConstantTime(left: string, right: string): boolean {
  const a = toUtf8(left)
  const b = toUtf8(right)
  return a.length === b.length && crypto.subtle.timingSafeEqual(a, b)
}
