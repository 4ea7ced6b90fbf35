import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { isUsablePassword, passwordIssue } from '../../src/core/passwords'
import { readAsset } from '../../src/storage/assets'
import { testCore } from '../support/core'

const { settings } = testCore()
const nobody = { username: 'somebody-else', email: null, firstName: '', lastName: '' }
const ruleOf = (password: string, own = {}, given = settings) =>
  passwordIssue(given, password, { ...nobody, ...own })?.rule ?? null

describe('length', () => {
  test('every length from 8 to 200 is taken, and nothing else', () => {
    const odd = (length: number) => Array.from({ length }, (_, i) => 'qzjxkv'[(i * i) % 6]).join('')
    for (let length = 8; length <= 200; length += 1) expect(ruleOf(odd(length))).toBeNull()
    for (const length of [1, 2, 7]) expect(ruleOf(odd(length))).toBe('too_short')
    for (const length of [201, 1000]) expect(ruleOf(odd(length))).toBe('too_long')
  })

  test('counts characters, not the units that store them', () => {
    expect(ruleOf('😀'.repeat(7))).toBe('too_short')
    expect(ruleOf('😀'.repeat(8))).toBeNull()
    expect(ruleOf('😀'.repeat(200))).toBeNull()
    expect(ruleOf('😀'.repeat(201))).toBe('too_long')
  })

  test('counts a letter with its accent as one, however it was typed', () => {
    expect(ruleOf('e\u0301'.repeat(7))).toBe('too_short')
    expect(ruleOf('e\u0301'.repeat(8))).toBeNull()
    expect(ruleOf('e\u0301'.repeat(200))).toBeNull()
  })

  test('has the minimum that the setting names', () => {
    const strict = testCore({ PASSWORD_MIN: '15' }).settings
    expect(ruleOf('q7 x!vbnzk kj', {}, strict)).toBe('too_short')
    expect(ruleOf('q7 x!vbnzk kj m', {}, strict)).toBeNull()
  })
})

test('there is no rule of composition', () => {
  for (const plain of ['qzjxkvqzjxkv', '7501943862 7', '          q', '!?!?!?!?!?', 'ЖЩЖЩЖЩЖЩ']) {
    expect(ruleOf(plain)).toBeNull()
  }
})

describe('a common password', () => {
  test('is refused, and there are thousands of them that fit the length', async () => {
    const text = await readAsset(env.ASSETS, 'common-passwords.txt')
    const list = (text ?? '').split('\n').filter((line) => line !== '')
    expect(list.filter((line) => Array.from(line).length >= 8).length).toBeGreaterThan(2500)
    for (const line of list) expect(ruleOf(line), line).toBe('too_common')
  })

  test('is every date in eight digits, and no other number for that', () => {
    for (const date of ['31121999', '12311999', '19991231', '01012039', '19000101']) {
      expect(ruleOf(date)).toBe('too_common')
    }
    for (const number of ['31131999', '32121999', '31122040', '18991231', '199912310']) {
      expect(ruleOf(number)).toBeNull()
    }
  })

  test('is refused in capitals too', () => {
    for (const word of ['Password', 'PASSWORD123', 'QwertyUiop']) {
      expect(ruleOf(word)).toBe('too_common')
    }
  })

  test('is refused as the whole alone, and not where the setting is off', () => {
    expect(ruleOf('password and more')).toBeNull()
    const lenient = testCore({ PASSWORD_BLOCKLIST: 'false' }).settings
    expect(ruleOf('password', {}, lenient)).toBeNull()
  })
})

test('the own words are refused, in any case and composition', () => {
  const own = {
    username: 'ada.byron.1815',
    email: 'Countess.Lovelace@example.com',
    firstName: 'Augusta-Z\u00e9lie',
    lastName: 'Lovelace',
  }
  for (const word of [
    'ada.byron.1815',
    'ADA.BYRON.1815',
    'countess.lovelace@example.com',
    'Countess.Lovelace',
    'augusta-ze\u0301lie',
    'lovelace',
    'Augusta-Z\u00e9lieLovelace',
    'Augusta-Z\u00e9lie Lovelace',
  ]) {
    expect(ruleOf(word, own), word).toBe('is_own_word')
  }
  expect(ruleOf('ada.byron.1815!', own)).toBeNull()
})

test('the name of the service is refused', () => {
  const named = testCore({ APP_NAME: 'Some Fine Place' }).settings
  expect(ruleOf('some fine place', {}, named)).toBe('is_own_word')
})

test('what could never be stored is unusable, and a sign-in with it is not hashed', () => {
  for (const bad of ['', 'with a \0 in it', 'half \ud83d a character', 'x'.repeat(1025)]) {
    expect(isUsablePassword(bad)).toBe(false)
    expect(ruleOf(bad)).toBe('unusable')
  }
  expect(isUsablePassword('x')).toBe(true)
  expect(isUsablePassword(' '.repeat(1024))).toBe(true)
})
