import { expect, test } from 'vitest'
import { type Env, readSettings } from '../../src/env'

/** What the operator reads in the log of a Worker that refuses to serve. */

function problems(given: { readonly [variable: string]: unknown }): string {
  const secrets = { PEPPER_1: 'p'.repeat(32), APP_KEY_1: 'k'.repeat(32) }
  const needed = { ORIGIN: 'https://atrium.test', MAIL_FROM: 'atrium@atrium.test', ...secrets }
  try {
    readSettings({ ...needed, ...given } as unknown as Env)
    return ''
  } catch (error) {
    return String(error)
  }
}

test.each([
  [{}, ''],
  [{ ORIGIN: '' }, 'ORIGIN: is missing'],
  [{ ORIGIN: 'https://atrium.test/x' }, 'ORIGIN: is not an origin'],
  [{ ALLOWED_ORIGINS: 'https://a.test, *' }, 'ALLOWED_ORIGINS.1: is not an origin'],
  [{ MAIL_FROM: 'a@' }, 'MAIL_FROM: needs 3 characters or more'],
  [{ APP_NAME: 'x'.repeat(51) }, 'APP_NAME: takes at most 50 characters'],
  [{ APP_NAME: 7 }, 'APP_NAME: is not a string'],
  [{ REGISTRATION: 'maybe' }, 'REGISTRATION: is none of open, closed'],
  [{ INVITE_ONLY: 'no' }, 'INVITE_ONLY: is none of true, false'],
  [{ PASSWORD_MIN: '-8' }, 'PASSWORD_MIN: is not a whole number'],
  [{ PASSWORD_MIN: '7' }, 'PASSWORD_MIN: needs 8 or more'],
  [{ PASSWORD_MIN: '65' }, 'PASSWORD_MIN: takes at most 64'],
  [{ ORIGIN: '', THROTTLE: '1' }, 'ORIGIN: is missing; THROTTLE: is none of on, off'],
  [{ PEPPER_1: 'short' }, 'PEPPER_1 needs 32 characters or more'],
])('%o', (given, expected) => {
  expect(problems(given)).toBe(expected && `SettingsError: ${expected}`)
})
