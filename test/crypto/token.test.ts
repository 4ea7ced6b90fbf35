import { expect, test } from 'vitest'
import { newToken } from '../../src/crypto/random'
import { hashToken } from '../../src/crypto/token'

test('what is stored of a token is its SHA-256 in base64url', async () => {
  // FIPS 180-4: SHA-256 of "abc" and of the empty text.
  expect(await hashToken('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
  expect(await hashToken('')).toBe('47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU')
})

test('every character of a token counts', async () => {
  const token = newToken()
  const hash = await hashToken(token)
  expect(hash).toMatch(/^[\w-]{43}$/)
  expect(await hashToken(`${token} `)).not.toBe(hash)
  expect(await hashToken(token.slice(0, -1))).not.toBe(hash)
})
