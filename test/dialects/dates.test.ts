import { expect, test } from 'vitest'
import { isoDate } from '../../src/http/dates'

test('a time is written as Date writes it, in every year that has one', () => {
  const dayMs = 86_400_000
  const known = [
    [0, '1970-01-01T00:00:00.000Z'],
    [-1, '1969-12-31T23:59:59.999Z'],
    [951_827_696_007, '2000-02-29T12:34:56.007Z'],
    [1_795_305_599_990, '2026-11-21T23:59:59.990Z'],
    [253_402_300_800_000, '+010000-01-01T00:00:00.000Z'],
    [8_640_000_000_000_000, '+275760-09-13T00:00:00.000Z'],
  ] as const
  for (const [at, text] of known) expect([at, isoDate(at)]).toEqual([at, text])
  // More days than are kept, each at another time of day.
  for (let day = 0; day < 25_000; day += 1) {
    const at = day * dayMs + ((day * 7_919_123) % dayMs)
    if (isoDate(at) !== new Date(at).toISOString()) expect.fail(`${at} as ${isoDate(at)}`)
  }
})

test('what is no time is refused as Date refuses it', () => {
  expect(() => isoDate(Number.NaN)).toThrow(RangeError)
  expect(() => isoDate(9e15)).toThrow(RangeError)
})
