import { expect, test } from 'vitest'
import { fromBase64Url, toBase64Url, toHex, toUtf8 } from '../../src/crypto/encoding'

test('base64url gives the vectors of RFC 4648 section 10, without padding', () => {
  const vectors = { '': '', f: 'Zg', fo: 'Zm8', foo: 'Zm9v', foob: 'Zm9vYg', foobar: 'Zm9vYmFy' }
  for (const [text, encoded] of Object.entries(vectors)) {
    expect(toBase64Url(toUtf8(text))).toBe(encoded)
    expect(fromBase64Url(encoded)).toEqual(toUtf8(text))
  }
})

test('the two letters that differ from base64 are used, and every byte survives', () => {
  expect(toBase64Url(new Uint8Array([0xfb, 0xff, 0xbf]))).toBe('-_-_')
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  expect(fromBase64Url(toBase64Url(all))).toEqual(all)
})

test.each(['Zg==', 'Zm9v\n', 'Zm9+', 'Zm9/', 'Zm9vY', 'é', 'Zm 9'])(
  'what is not base64url is refused: %j',
  (text) => {
    expect(fromBase64Url(text)).toBeNull()
  },
)

test('hex has two digits for each byte, and texts are UTF-8', () => {
  expect(toHex(new Uint8Array([0, 1, 0x0f, 0x10, 0xff]))).toBe('00010f10ff')
  expect(toHex(toUtf8('é€😀'))).toBe('c3a9e282acf09f9880')
})
