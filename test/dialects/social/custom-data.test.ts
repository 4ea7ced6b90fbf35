import { expect, test } from 'vitest'
import { testApp } from '../../support/app'
import { forgetEverybody, signInJohn } from '../../support/social-answers'

/** `customData` where the setting opens it: any JSON object, and never more than the profile can bear. */

async function editing() {
  const app = testApp({ EDITABLE_FIELDS: 'customData' })
  await forgetEverybody(app)
  const { cookies } = await signInJohn(app)
  const patch = (customData: unknown) => {
    const body = typeof customData === 'string' ? `{"customData":${customData}}` : { customData }
    const headers = { 'Content-Type': 'application/json' }
    return app.call('/user/me', { method: 'PATCH', body, headers, cookies })
  }
  const stored = async () =>
    (await app.call('/user/me', { cookies })).json.data.user.customData as object
  return { patch, stored }
}

test.each([1001, 1900])(
  'custom data of %i levels is refused, as SQLite reads 1000',
  async (levels) => {
    const { patch } = await editing()
    const answer = await patch(`{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`)
    expect([answer.status, answer.json.error]).toEqual([400, 'ClientInputError'])
  },
)

test('custom data does not grow past its limit by being sent in parts', async () => {
  const { patch, stored } = await editing()
  for (let i = 0; i < 4; i += 1) await patch({ [`part${i}`]: 'x'.repeat(3000) })
  expect(JSON.stringify(await stored()).length).toBeLessThanOrEqual(4096)
})

test('custom data is what was sent last, nulls and all, and can be emptied', async () => {
  const { patch, stored } = await editing()
  await patch({ old: 1 })
  const sent = { theme: null, list: [null, { a: null }] }
  await patch(sent)
  expect(await stored()).toEqual(sent)
  await patch({})
  expect(await stored()).toEqual({})
})
