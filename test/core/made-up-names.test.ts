import { describe, expect, test } from 'vitest'
import { usernameIssue } from '../../src/core/identifiers'
import { madeUpNames, registerUnderFreeName } from '../../src/core/made-up-names'
import { registerAccount } from '../../src/core/registration'
import { registration, uniqueName } from '../support/accounts'
import { clientAt, refusal, rowsOf, testCore } from '../support/core'

const atrium = testCore({ THROTTLE: 'off' })

function registerUnder(names: readonly string[], given: Parameters<typeof registration>[0] = {}) {
  return atrium.request((core) =>
    registerUnderFreeName(names, (username) =>
      registerAccount(core, registration({ ...given, username }), clientAt(1)),
    ),
  )
}

describe('a made-up name', () => {
  test.each([
    ['Ada', 'Byron', 'ada-byron'],
    ['Élodie', "O'Brien  Smith-Ångström", 'elodie-o-brien-smith-angstrom'],
    ['José María', '', 'jose-maria'],
    ['', 'Li', 'li'],
    ['王', '芳', 'user'],
    ['Ёжик', 'Smith', 'smith'],
    ['श्री', 'राम', 'user'],
    ['محمد', '', 'user'],
    ['👩‍🚀', '🧑‍🍳', 'user'],
    ['', '', 'user'],
    ['--', '..', 'user'],
    ['x'.repeat(150), 'y'.repeat(150), `${'x'.repeat(30)}-${'y'.repeat(30)}`],
    [`${'x'.repeat(29)} y`, 'Z', `${'x'.repeat(29)}-z`],
    ['İnci', 'ẞtraße', 'inci-tra-e'],
  ])('of %s %s is %s and something random', (firstName, lastName, stem) => {
    const names = madeUpNames(firstName, lastName)
    expect(new Set(names).size).toBe(5)
    for (const name of names) {
      expect(name.slice(0, -5)).toBe(stem)
      expect(name.slice(-5)).toMatch(/^-[a-z0-9]{4}$/)
      expect(usernameIssue(name)).toBeNull()
    }
  })
})

describe('registering under one', () => {
  test('takes the next where one is taken, also by those who come at the same time', async () => {
    const names = [uniqueName('a'), uniqueName('b'), uniqueName('c')]
    const made = await Promise.all([names, names, names].map((given) => registerUnder(given)))
    expect(made.map(({ username }) => username).sort()).toEqual([...names].sort())
    expect(await refusal(registerUnder(names))).toEqual({ code: 'taken', fields: ['username'] })
  })

  test('does not try others where it is the address that is taken', async () => {
    const email = `${uniqueName()}@example.com`
    const [name, ...more] = [uniqueName(), uniqueName(), uniqueName()]
    await registerUnder([name ?? ''], { email })
    // Whether the name was, the client did not ask.
    for (const names of [more, [name ?? '', ...more]]) {
      const refused = await refusal(registerUnder(names, { email }))
      expect(refused).toEqual({ code: 'taken', fields: ['email'] })
    }
    const made = await rowsOf('SELECT 1 FROM accounts WHERE username IN (?, ?)', ...more)
    expect(made).toEqual([])
  })
})
