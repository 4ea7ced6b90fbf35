import { expect, test } from 'vitest'
import { testApp } from '../../support/app'
import { sample } from '../../support/social-answers'

/** A body that is refused as a whole. */

test.each(['create', 'login', 'do-2fa', 'reset-password'])(
  'a list of two bodies is refused at %s without repeating the secrets in them',
  async (path) => {
    const secrets = { password: sample.create.password, code: 'secret-code', sessionHash: 'hash' }
    const body = [{ ...sample.login, ...secrets }, secrets]
    const answer = await testApp().call(`/user/${path}`, { body })
    expect(answer.status).toBe(400)
    for (const secret of Object.values(secrets)) expect(answer.text).not.toContain(secret)
  },
)

test.each([[[]], [[{}, {}]], [[[{}]]]])(
  'login refuses the list %j with one error',
  async (body) => {
    const answer = await testApp().call('/user/login', { body })
    const paths = answer.json.additionalInfo.errors.map((error: { path: string }) => error.path)
    expect(paths).toEqual([''])
  },
)
