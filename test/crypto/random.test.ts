import { expect, test } from 'vitest'
import {
  newAccountNumber,
  newBackupCode,
  newDigits,
  newId,
  newMailedCode,
  newToken,
  randomBytes,
} from '../../src/crypto/random'

const many = <T>(make: () => T, count = 5000) => Array.from({ length: count }, make)

test('tokens are 32 bytes in base64url, and none comes twice', () => {
  const tokens = many(newToken)
  expect(tokens.every((token) => /^[A-Za-z0-9_-]{43}$/.test(token))).toBe(true)
  expect(new Set(tokens).size).toBe(tokens.length)
  expect(randomBytes(12)).toHaveLength(12)
})

test('digits are six and never start with 0, so that a number loses nothing', () => {
  const codes = many(newDigits)
  expect(codes.every((code) => /^[1-9]\d{5}$/.test(code))).toBe(true)
  // Every first digit comes up: with 5000 draws a missing one has a chance of 1 in 10^255.
  expect(new Set(codes.map((code) => code[0])).size).toBe(9)
})

test('mailed codes are six groups of five characters that nobody mixes up', () => {
  const codes = many(newMailedCode)
  const grammar = /^[a-km-np-z2-9]{5}(-[a-km-np-z2-9]{5}){5}$/
  expect(codes.filter((code) => !grammar.test(code))).toEqual([])
  expect(new Set(codes).size).toBe(codes.length)
  expect(new Set(codes.join('').replaceAll('-', '')).size).toBe(32)
})

test('backup codes are five of those groups, 125 random bits', () => {
  const codes = many(newBackupCode)
  const grammar = /^[a-km-np-z2-9]{5}(-[a-km-np-z2-9]{5}){4}$/
  expect(codes.filter((code) => !grammar.test(code))).toEqual([])
  expect(new Set(codes).size).toBe(codes.length)
})

test('ids are 24 hex digits that begin with the second of their making and sort by it', () => {
  const second = 1_700_000_000
  const ids = [0, 1, 2, 60, 86_400, 400_000_000].map((later) => newId((second + later) * 1000))
  expect(ids.every((id) => /^[0-9a-f]{24}$/.test(id))).toBe(true)
  expect([...ids].sort()).toEqual(ids)
  expect(Number.parseInt(newId(second * 1000 + 999).slice(0, 8), 16)).toBe(second)
  expect(newId(0).slice(0, 8)).toBe('00000000')
})

test('ids of the same moment differ', () => {
  expect(new Set(many(() => newId(1_700_000_000_000))).size).toBe(5000)
})

test('account numbers are positive, within 48 bits, and exact as a double', () => {
  const numbers = many(newAccountNumber)
  expect(numbers.every((n) => Number.isSafeInteger(n) && n > 0 && n < 2 ** 48)).toBe(true)
  // The highest byte is in use: all below 2^47 would have a chance of 2^-5000.
  expect(numbers.some((n) => n >= 2 ** 47)).toBe(true)
  expect(new Set(numbers).size).toBe(numbers.length)
})
