import { beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, testApp } from '../../support/app'
import { invalid, type Member, newMember, ok, told } from './people'

/** Images of one's own, and onboarding, which takes one. */

let app: TestApp
let alice: Member

beforeAll(async () => {
  app = testApp({ THROTTLE: 'off' })
  alice = await newMember(app)
})

async function upload({ call }: Member): Promise<string> {
  const headers = { 'Content-Type': 'png', 'Content-Length': '4' }
  return (await call('/uploads', { method: 'POST', body: 'file', headers })).text
}

describe('images', () => {
  test('are uploads of one’s own, shown with their address', async () => {
    const member = await newMember(app)
    const [profile, background] = [await upload(member), await upload(member)]
    const [id = '', type] = profile.split('.')
    const sent = { profileImage: id.toLowerCase(), bgImage: background }
    const { data } = (await member.update(sent)).json
    const shown = { _id: id, type, size: '4', url: `https://atrium.test/uploads/${profile}` }
    expect(data.profileImage).toEqual(shown)
    expect(data.bgImage.url).toBe(`https://atrium.test/uploads/${background}`)
    expect(data.profileCompleteness).toBe(10)
    expect((await app.call(`/uploads/${profile}`)).text).toBe('file')
    const other = await alice.call(`/v1/account/user/${member.id}`)
    expect(other.json.data.profileImage).toEqual(shown)
    await member.update({ profileImage: null })
    expect(await member.me()).not.toHaveProperty('profileImage')
  })

  test('are refused when they are another’s, or nobody’s, and nothing is changed', async () => {
    const theirs = await upload(await newMember(app))
    const before = await alice.me()
    const refused = ['must be an upload of your own'] as const
    for (const name of [theirs, crypto.randomUUID(), 'nothing', '../x']) {
      const answer = await alice.update({ firstName: 'Eve', profileImage: name, bgImage: name })
      expect(told(answer)).toEqual(invalid(['profileImage', ...refused], ['bgImage', ...refused]))
    }
    expect(await alice.me()).toEqual(before)
  })
})

describe('onboarding', () => {
  test('keeps what is chosen, and is remembered at the next sign-in', async () => {
    const member = await newMember(app)
    const image = await upload(member)
    const body = { skillCategory: 'Engineering', profileImage: image, type: 'creator' }
    const answer = await member.call('/v1/account/onboard', { body })
    expect(told(answer)).toEqual(ok(await member.me()))
    expect(answer.json.data).toMatchObject({
      type: 'creator',
      profile: { talent: { tagsCategory: 'Engineering' } },
      profileImage: { url: `https://atrium.test/uploads/${image}` },
    })
    const sent = { email: member.email, password: '1234@Abcde' }
    expect((await app.call('/v1/auth/login', { body: sent })).json.data.onboarded).toBe(true)
  })

  test('leaves what is left empty, and refuses what is wrong', async () => {
    const member = await newMember(app, { type: 'creator' })
    const body = { skillCategory: '', profileImage: undefined, type: null }
    expect((await member.call('/v1/account/onboard', { body })).status).toBe(200)
    expect((await member.me()).type).toBe('creator')
    const wrong = { skillCategory: 'x'.repeat(101), profileImage: 'x', type: 'x' }
    const refused = await member.call('/v1/account/onboard', { body: wrong })
    const fields = refused.json.validation.map(({ field }: { field: string }) => field)
    expect([refused.status, fields.sort()]).toEqual([422, ['skillCategory', 'type']])
  })
})
