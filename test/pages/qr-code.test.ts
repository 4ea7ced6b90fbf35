import { encode } from 'uqr'
import { describe, expect, test } from 'vitest'
import { testApp } from '../support/app'
import { newVisitor, submit } from './people'

/** The picture of an authenticator app's key, held against another implementation. */

const path = '/account/security/app'

/** The modules that the picture of a page draws, white around them cut off, as rows of "#" and ".". */
function drawnIn(text: string): string[] {
  const [, encoded = ''] = /src="data:image\/svg\+xml;base64,([^"]*)"/.exec(text) ?? []
  const svg = atob(encoded)
  const [, width = ''] = /viewBox="0 0 (\d+) \1"/.exec(svg) ?? []
  const size = Number(width) - 8
  const dark = new Set([...svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x} ${y}`))
  return Array.from({ length: size }, (_, y) =>
    Array.from({ length: size }, (_, x) => (dark.has(`${x + 4} ${y + 4}`) ? '#' : '.')).join(''),
  )
}

/** What any of the eight masks makes of a text; each of them is right. */
function allowed(text: string): string[][] {
  return Array.from({ length: 8 }, (_, maskPattern) =>
    encode(text, { ecc: 'M', border: 0, maskPattern }).data.map((row) =>
      row.map((isDark) => (isDark ? '#' : '.')).join(''),
    ),
  )
}

describe('the picture of a key', () => {
  test.each([
    ['a short name', 'A'],
    ['a usual name', 'Atrium'],
    ['a long name', 'A place that calls itself by fifty letters, all told'.slice(0, 50)],
    ['letters of another script', '誰もが自分のアカウントを持つ場所'],
    ['as many bytes as there can be', '😀'.repeat(25)],
  ])('is a QR code of its address, for %s', async (_, APP_NAME) => {
    const app = testApp({ APP_NAME })
    const { browser } = await newVisitor(app)
    const { text } = await browser.follow(await submit(browser, path))
    const [, address = ''] = /href="(otpauth:[^"]*)"/.exec(text) ?? []
    const wanted = allowed(address.replaceAll('&amp;', '&'))
    expect(wanted).toContainEqual(drawnIn(text))
  })
})
