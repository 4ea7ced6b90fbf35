import { describe, expect, test } from 'vitest'
import { fromBase64Url, toBase64Url, toUtf8 } from '../../src/crypto/encoding'
import { createKeyring, equalInConstantTime } from '../../src/crypto/keyed'

const root = 'a root of thirty-two characters or more'
const other = 'another root of thirty-two characters'
const keyring = createKeyring('1', new Map([['1', root]]))

async function hmac(key: Uint8Array<ArrayBuffer>, ...parts: Uint8Array[]) {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await crypto.subtle.importKey('raw', key, algorithm, false, ['sign'])
  const message = new Uint8Array(parts.flatMap((part) => [...part]))
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, message))
}

/** RFC 5869 sections 2.2 and 2.3, written out: one block of output is all that a key needs. */
async function hkdf(secret: string, info: string) {
  const extracted = await hmac(new Uint8Array(32), toUtf8(secret))
  return hmac(extracted, toUtf8(info), new Uint8Array([1]))
}

describe('signing', () => {
  test('is HMAC-SHA-256 under a key that RFC 5869 derives from root and purpose', async () => {
    const key = await hkdf(root, 'atrium a purpose')
    const expected = toBase64Url(await hmac(key, toUtf8('a text')))
    expect(await keyring.sign('a purpose', 'a text')).toBe(expected)
  })

  test('means nothing for another purpose, another text or another root', async () => {
    const signature = await keyring.sign('address', 'a text')
    expect(await keyring.sign('address', 'a text')).toBe(signature)
    expect(await keyring.sign('login-name', 'a text')).not.toBe(signature)
    expect(await keyring.sign('address', 'a text ')).not.toBe(signature)
    const foreign = createKeyring('1', new Map([['1', other]]))
    expect(await foreign.sign('address', 'a text')).not.toBe(signature)
  })
})

describe('sealing', () => {
  test('gives the text back for its purpose, and never the same seal twice', async () => {
    const seals = await Promise.all([keyring.seal('outbox', 'ü'), keyring.seal('outbox', 'ü')])
    expect(seals[0]).not.toBe(seals[1])
    for (const sealed of seals) expect(await keyring.open('outbox', sealed)).toBe('ü')
  })

  test('holds nothing of the text in clear', async () => {
    const sealed = await keyring.seal('outbox', 'abcde-fghij')
    const bytes = sealed.split('.').map((part) => fromBase64Url(part) ?? new Uint8Array())
    const shown = bytes.map((part) => String.fromCharCode(...part)).join('')
    expect(`${sealed} ${shown}`).not.toContain('abcde')
  })

  test('is opened for no other purpose and under no other root', async () => {
    const sealed = await keyring.seal('outbox', 'a text')
    expect(await keyring.open('cookie', sealed)).toBeNull()
    const foreign = createKeyring('1', new Map([['1', other]]))
    expect(await foreign.open('outbox', sealed)).toBeNull()
  })

  test('about somebody is opened for nobody else', async () => {
    const sealed = await keyring.seal('authenticator', 'a text', '1815')
    expect(await keyring.open('authenticator', sealed, '1815')).toBe('a text')
    for (const about of ['1816', '', undefined]) {
      expect(await keyring.open('authenticator', sealed, about)).toBeNull()
    }
    expect(await keyring.open('authenticator 1815', sealed)).toBeNull()
  })

  test('a seal of an older slot is opened while the slot is kept, and not after', async () => {
    const sealed = await keyring.seal('outbox', 'a text')
    const both = new Map([
      ['1', root],
      ['2', other],
    ])
    const rotated = createKeyring('2', both)
    expect(await rotated.open('outbox', sealed)).toBe('a text')
    expect((await rotated.seal('outbox', 'a text')).startsWith('2.')).toBe(true)
    expect(await rotated.sign('p', 't')).not.toBe(await keyring.sign('p', 't'))
    const removed = createKeyring('2', new Map([['2', other]]))
    expect(await removed.open('outbox', sealed)).toBeNull()
  })

  test('a seal whose slot, nonce or text was touched is not opened', async () => {
    const two = new Map([
      ['1', root],
      ['2', other],
    ])
    const ring = createKeyring('1', two)
    const sealed = await ring.seal('outbox', 'a text')
    const [slot = '', nonce = '', body = ''] = sealed.split('.')
    const touched = (part: string) => (part.startsWith('A') ? 'B' : 'A') + part.slice(1)
    const forged = [
      `2.${nonce}.${body}`,
      `${slot}.${touched(nonce)}.${body}`,
      `${slot}.${nonce}.${touched(body)}`,
      `${slot}.${nonce}.${body.slice(0, -2)}`,
      `${slot}.${nonce}`,
      `${slot}.${nonce}.${body}.`,
      `${slot}..${body}`,
      `${slot}.${nonce}.`,
      `${slot}.${nonce}.%%%`,
      `9.${nonce}.${body}`,
      '',
      '..',
    ]
    for (const text of forged) expect(await ring.open('outbox', text), text).toBeNull()
  })

  test('an empty current slot is a mistake that is told, not a weak key', async () => {
    const empty = createKeyring('3', new Map([['1', root]]))
    await expect(empty.sign('p', 't')).rejects.toThrow('the current key slot is empty')
    await expect(empty.seal('p', 't')).rejects.toThrow('the current key slot is empty')
  })
})

test('texts are compared as a whole, whatever their lengths', () => {
  expect(equalInConstantTime('same', 'same')).toBe(true)
  expect(equalInConstantTime('', '')).toBe(true)
  expect(equalInConstantTime('same', 'sama')).toBe(false)
  expect(equalInConstantTime('same', 'same ')).toBe(false)
  expect(equalInConstantTime('é', 'e')).toBe(false)
})
