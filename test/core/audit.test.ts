import { describe, expect, test } from 'vitest'
import { updateAccount } from '../../src/core/account-changes'
import { setDisabled } from '../../src/core/administration'
import { listAudit } from '../../src/core/audit'
import { deleteAccount } from '../../src/core/deletion'
import { registerAccount } from '../../src/core/registration'
import { newAccount, newAdministrator, newSignedIn, registration } from '../support/accounts'
import { callerWith, clientAt, interrupted, refusal, rowsOf, testCore } from '../support/core'

const atrium = testCore()

const listed = (token: string, page: { subjectId?: string; before?: string; limit: number }) =>
  atrium.request((core) => listAudit(core, callerWith(token), page)).then(({ entries }) => entries)

test('who closed whose account is kept, with the names of then', async () => {
  const admin = await newAdministrator(atrium)
  const person = await newAccount(atrium)
  const closing = { accountId: person.id, isDisabled: true }
  await atrium.request((core) => setDisabled(core, admin.viewer, closing))
  expect(await listed(admin.token, { subjectId: person.id, limit: 10 })).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      at: atrium.now,
      actorId: admin.account.id,
      actorName: admin.account.username,
      act: 'account_disabled',
      subjectId: person.id,
      subjectName: person.username,
      detail: null,
    },
  ])
})

test('what changes nothing is not kept, nor is what was refused', async () => {
  const admin = await newAdministrator(atrium)
  const person = await newAccount(atrium)
  const set = (isDisabled: boolean, viewer = admin.viewer) =>
    atrium.request((core) => setDisabled(core, viewer, { accountId: person.id, isDisabled }))
  await set(false)
  await set(true)
  atrium.pass(1)
  await set(true)
  const eve = await newSignedIn(atrium)
  expect(await refusal(set(false, eve.viewer))).toEqual({ code: 'forbidden' })
  expect(await listed(admin.token, { subjectId: person.id, limit: 10 })).toHaveLength(1)
})

test('an answer that got lost leaves one entry, not two', async () => {
  const admin = await newAdministrator(atrium)
  const person = await newAccount(atrium)
  await atrium.request((core) => {
    const lossy = interrupted(core, async () => {
      throw new Error('D1_ERROR: Network connection lost.')
    })
    return setDisabled(lossy, admin.viewer, { accountId: person.id, isDisabled: true })
  })
  const acts = await rowsOf('SELECT act FROM audit_entries WHERE subject_id = ?', person.id)
  expect(acts).toEqual([{ act: 'account_disabled' }])
})

describe('whichever way an administrator comes,', () => {
  const actsOn = (id: string) =>
    rowsOf(
      'SELECT actor_name AS by, act, detail FROM audit_entries WHERE subject_id = ? ORDER BY id',
      id,
    )

  test('a change of somebody else is kept by its fields, without what they hold', async () => {
    const admin = await newAdministrator(atrium)
    const person = await newAccount(atrium)
    const changes = { firstName: 'Grace', profile: { bio: 'secret' } }
    const options = { targetId: person.id, currentPassword: null }
    const by = admin.account.username
    await atrium.request((core) => updateAccount(core, admin.viewer, changes, options, clientAt(1)))
    expect(await actsOn(person.id)).toEqual([
      { by, act: 'account_changed', detail: 'firstName, bio' },
    ])
    atrium.pass(1)
    await atrium.request((core) =>
      updateAccount(core, admin.viewer, { role: 'admin' }, options, clientAt(1)),
    )
    expect((await actsOn(person.id)).slice(1)).toEqual([
      { by, act: 'administrator_granted', detail: null },
    ])
  })

  test('a role that somebody has already is not given again, and never by themselves', async () => {
    const [admin, other] = [await newAdministrator(atrium), await newAdministrator(atrium)]
    const changes = { role: 'admin', firstName: 'Grace' } as const
    for (const targetId of [null, other.account.id]) {
      const options = { targetId, currentPassword: null }
      await atrium.request((core) =>
        updateAccount(core, admin.viewer, changes, options, clientAt(1)),
      )
    }
    expect(await actsOn(admin.account.id)).toEqual([])
    expect((await actsOn(other.account.id)).map(({ act, detail }) => [act, detail])).toEqual([
      ['account_changed', 'firstName'],
    ])
  })

  test('what people change of their own is not', async () => {
    const admin = await newAdministrator(atrium)
    const options = { targetId: null, currentPassword: null }
    await atrium.request((core) =>
      updateAccount(core, admin.viewer, { firstName: 'Grace' }, options, clientAt(1)),
    )
    await atrium.request((core) => deleteAccount(core, admin.account, admin.viewer))
    expect(await actsOn(admin.account.id)).toEqual([])
  })

  test('an account that was made for somebody is kept, and one that was deleted', async () => {
    const admin = await newAdministrator(atrium)
    const administrator = admin.viewer
    const made = await atrium.request((core) =>
      registerAccount(core, registration({ administrator }), clientAt(1)),
    )
    atrium.pass(1)
    await atrium.request((core) => deleteAccount(core, made, administrator))
    const by = admin.account.username
    expect(await actsOn(made.id)).toEqual([
      { by, act: 'account_created', detail: null },
      { by, act: 'account_deleted', detail: null },
    ])
  })
})

test('the newest come first, a page at a time', async () => {
  const admin = await newAdministrator(atrium)
  const person = await newAccount(atrium)
  for (const isDisabled of [true, false, true]) {
    atrium.pass(0.002)
    await atrium.request((core) =>
      setDisabled(core, admin.viewer, { accountId: person.id, isDisabled }),
    )
  }
  const first = await listed(admin.token, { subjectId: person.id, limit: 2 })
  expect(first.map(({ act }) => act)).toEqual(['account_disabled', 'account_enabled'])
  const before = first.at(-1)?.id ?? ''
  const rest = await listed(admin.token, { subjectId: person.id, before, limit: 2 })
  expect(rest.map(({ act }) => act)).toEqual(['account_disabled'])
  const all = await listed(admin.token, { limit: 1 })
  expect(all.map(({ id }) => id)).toEqual([first[0]?.id])
})

test('nobody but an administrator reads it', async () => {
  const eve = await newSignedIn(atrium)
  expect(await refusal(listed(eve.token, { limit: 1 }))).toEqual({ code: 'forbidden' })
})
