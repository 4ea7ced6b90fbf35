import { describe, expect, test } from 'vitest'
import { codeFrom, newJar, testApp } from '../../support/app'
import { answered, ask, doors, emptyApp } from '../../support/graph'
import { newPerson } from '../../support/social'
import { anyDate, anyId, ownUser, sample } from '../../support/social-answers'

/** Get Invite Codes: five for each account where accounts are by invitation, none elsewhere. */

const form = /^[A-Z]{2}-\d{4}-\d{13}$/
const unused = { code: expect.stringMatching(form), createdAt: anyDate, updatedAt: anyDate }
const day = 24 * 3600 * 1000

/** Somebody with an account, in an app that from then on asks for invitations. */
async function invited() {
  const before = await emptyApp()
  const jane = await newPerson(before)
  return { app: testApp({ THROTTLE: 'off', INVITE_ONLY: 'true' }), jane, before }
}

describe.each(doors)('under "%s"', (door) => {
  const path = `${door}/user/invite-codes`

  test('five codes of the form of the sample, the same whenever they are read', async () => {
    const { app, jane } = await invited()
    const first = await ask(app, jane, path)
    expect(first).toEqual(answered({ inviteCodes: Array(5).fill(unused) }))
    app.offsetMs = day
    expect(await ask(app, jane, path)).toEqual(first)
    expect(await ask(app, jane, '/user/invite-codes')).toEqual(first)
    const { json } = await app.call(path, { cookies: jane.cookies })
    const codes = json.data.inviteCodes as { code: string; createdAt: string; updatedAt: string }[]
    expect(new Set(codes.map(({ code }) => code)).size).toBe(5)
    for (const code of codes) {
      expect(Object.keys(code)).toEqual(['code', 'createdAt', 'updatedAt'])
      expect(code.updatedAt).toBe(code.createdAt)
    }
  })

  test('there are none where nobody needs one', async () => {
    const app = await emptyApp({ INVITE_ONLY: 'false' })
    const jane = await newPerson(app)
    expect(await ask(app, jane, path)).toEqual(answered({ inviteCodes: [] }))
    expect(await ask(app, jane, path)).toEqual(answered({ inviteCodes: [] }))
  })

  test('each account has its own', async () => {
    const { app, jane, before } = await invited()
    const other = await newPerson(before)
    const codesOf = async ({ cookies }: typeof jane): Promise<string[]> => {
      const { json } = await app.call(path, { cookies })
      return json.data.inviteCodes.map(({ code }: { code: string }) => code)
    }
    const all = [...(await codesOf(jane)), ...(await codesOf(other))]
    expect(new Set(all).size).toBe(10)
  })

  test('a code makes one account, and then names it', async () => {
    const { app, jane } = await invited()
    const read = async () => (await app.call(path, { cookies: jane.cookies })).json.data.inviteCodes
    const before = await read()
    const inviteCode = before[2].code
    app.offsetMs = day
    const create = (given: object) =>
      app.call(`${door}/user/create`, { body: { ...sample.create, ...given } })

    const created = await create({ inviteCode })
    const user = ownUser({ emailVerified: false })
    expect([created.status, created.json]).toEqual([201, { ok: 1, data: { user } }])
    const targetId = created.json.data.user._id
    const after = await read()
    expect(after.with(2, before[2])).toEqual(before)
    expect(after[2]).toEqual({ ...before[2], updatedAt: anyDate, targetId })
    expect(Object.keys(after[2])).toEqual(['code', 'createdAt', 'updatedAt', 'targetId'])
    const later = Date.parse(after[2].updatedAt) - Date.parse(after[2].createdAt)
    expect(later).toBeGreaterThanOrEqual(day)

    const someoneElse = { username: 'jane_smith', email: 'jane.smith@example.com' }
    const again = await create({ ...someoneElse, inviteCode })
    expect([again.status, again.json]).toEqual([400, { ok: 0, error: 'InvalidInviteCode' }])
    expect(await read()).toEqual(after)
    const next = await create({ ...someoneElse, inviteCode: before[0].code })
    expect(next.status).toBe(201)
    expect((await read())[0]).toMatchObject({ targetId: next.json.data.user._id })
  })

  test('whoever was invited has codes to give away as well', async () => {
    const { app, jane } = await invited()
    const { json } = await app.call(path, { cookies: jane.cookies })
    const inviteCode = json.data.inviteCodes[0].code
    await app.call(`${door}/user/create`, { body: { ...sample.create, inviteCode } })
    const code = codeFrom(app.mails, sample.create.email)
    await app.call(`${door}/user/verify-email`, { body: { code } })
    const cookies = newJar()
    await app.call(`${door}/user/login`, { body: sample.login, cookies })
    const own = await ask(app, { cookies }, path)
    expect(own).toEqual(answered({ inviteCodes: Array(5).fill(unused) }))
    expect(JSON.stringify(own)).not.toContain(inviteCode)
  })
})

test.each([undefined, '', null, 'GU-2526-1687389089010', 'gu', "' OR 1=1 --"])(
  'nobody is let in by %j, and no code is used up',
  async (inviteCode) => {
    const { app, jane } = await invited()
    const before = await ask(app, jane, '/user/invite-codes')
    const body = { ...sample.create, inviteCode }
    const answer = await app.call('/user/create', { body })
    expect([answer.status, answer.json]).toEqual([400, { ok: 0, error: 'InvalidInviteCode' }])
    expect(await ask(app, jane, '/user/invite-codes')).toEqual(before)
  },
)

test('a registration that fails otherwise leaves its code unused', async () => {
  const { app, jane } = await invited()
  const { json } = await app.call('/user/invite-codes', { cookies: jane.cookies })
  const inviteCode = json.data.inviteCodes[0].code
  const body = { ...sample.create, username: jane.username.slice(0, 30), inviteCode }
  const taken = await app.call('/user/create', { body })
  const additionalInfo = { duplicateFields: ['username'] }
  expect([taken.status, taken.json]).toEqual([
    409,
    { ok: 0, error: 'ResourceConflict', additionalInfo },
  ])
  const after = await app.call('/user/invite-codes', { cookies: jane.cookies })
  expect(after.json).toEqual(json)
  const created = await app.call('/user/create', { body: { ...sample.create, inviteCode } })
  expect([created.status, created.json.data.user._id]).toEqual([201, anyId])
})
