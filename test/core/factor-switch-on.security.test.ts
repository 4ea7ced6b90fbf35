import { expect, test } from 'vitest'
import { initiateSecondFactor } from '../../src/core/authenticator'
import { setMailedSecondFactor } from '../../src/core/two-factor'
import { isAlive, newSignedIn, signIn, viewerOf } from '../support/accounts'
import { codeFrom } from '../support/app'
import { activate, setUpApp } from '../support/authenticators'
import { refusal, testCore } from '../support/core'

/**
 * Somebody who has the password is signed in while its owner switches a second factor on. They have
 * proven the password alone: were their session to live on, it could replace the owner's factor by an
 * app of their own, and lock the owner out for good.
 */

const atrium = testCore()

async function newVictim() {
  const owner = await newSignedIn(atrium)
  const intruder = await signIn(atrium, owner.account)
  return {
    owner,
    token: intruder.session.token,
    viewer: await viewerOf(atrium, intruder.session.token),
  }
}

const ways = {
  'by an app': async ({ owner }: Awaited<ReturnType<typeof newVictim>>) => {
    await setUpApp(atrium, owner.viewer)
  },
  'by mail, where codes are typed': async ({ owner }: Awaited<ReturnType<typeof newVictim>>) => {
    await atrium.request((core) => initiateSecondFactor(core, owner.viewer, 'email'))
    await activate(atrium, owner.viewer, codeFrom(atrium.mails, owner.account.email))
  },
  'by mail, at once': async ({ owner }: Awaited<ReturnType<typeof newVictim>>) => {
    const input = { isOn: true, currentPassword: null }
    await atrium.request((core) => setMailedSecondFactor(core, owner.viewer, input))
  },
}

test.each(Object.entries(ways))(
  '%s: whoever came in by the password alone is out',
  async (_, on) => {
    const victim = await newVictim()
    expect(await isAlive(atrium, victim.token)).toBe(true)
    await on(victim)
    expect(await isAlive(atrium, victim.token)).toBe(false)
    expect(await isAlive(atrium, victim.owner.token)).toBe(true)
    const replacing = atrium.request((core) => initiateSecondFactor(core, victim.viewer, 'app'))
    expect((await refusal(replacing)).code).toMatch(/^(not_authenticated|second_factor_in_use)$/)
  },
)
