import { beforeEach, describe, expect, test } from 'vitest'
import type { Core } from '../../src/core/context'
import { deleteAccount } from '../../src/core/deletion'
import { drainOutbox } from '../../src/core/outbox'
import { removePicture, setPicture } from '../../src/core/pictures'
import { endAllSessions, endSession } from '../../src/core/session-endings'
import { newSignedIn } from '../support/accounts'
import { callerWith, change, interrupted, refusal, rowsOf, testCore } from '../support/core'
import {
  currentOf,
  drain,
  expectOnly,
  newPictured,
  objectsOf,
  type PicturedPerson,
  withObjects,
} from '../support/pictures'
import { type Bytes, taggedPicture } from '../support/png'

/** Pictures while something else happens: after the plan, before the row points to the new object. */

const atrium = testCore()
const plannedSeconds = 3600

beforeEach(() => change('DELETE FROM outbox'))

const upload = (person: PicturedPerson, given: Bytes) =>
  atrium.request((core) => setPicture(core, person.viewer, given))

const uploadWhile = (person: PicturedPerson, given: Bytes, meanwhile: () => Promise<unknown>) =>
  atrium.request((core) => setPicture(interrupted(core, meanwhile), person.viewer, given))

const notAuthenticated = { code: 'not_authenticated' }

describe('a session that ends while its picture is stored', () => {
  test.each<[string, (core: Core, person: PicturedPerson) => Promise<unknown>]>([
    ['by signing out', (core, { token }) => endSession(core, callerWith(token))],
    ['by signing out everywhere', (core, { token }) => endAllSessions(core, callerWith(token))],
  ])('%s, changes nothing, and the object goes', async (_, end) => {
    const person = await newPictured(atrium)
    const { given } = await taggedPicture('never shown')
    const outcome = uploadWhile(person, given, () => atrium.request((core) => end(core, person)))
    expect(await refusal(outcome)).toEqual(notAuthenticated)
    atrium.pass(plannedSeconds)
    await drain(atrium)
    await expectOnly(atrium, person, person.picture)
  })

  test('with the account disabled, changes nothing, and the object goes', async () => {
    const person = await newPictured(atrium)
    const { given } = await taggedPicture('never shown')
    const disable = () =>
      change('UPDATE accounts SET disabled_at = 1 WHERE number = ?', person.number)
    expect(await refusal(uploadWhile(person, given, disable))).toEqual(notAuthenticated)
    atrium.pass(plannedSeconds)
    await drain(atrium)
    await expectOnly(atrium, person, person.picture)
  })

  test('with the account, leaves nothing at all', async () => {
    const person = await newPictured(atrium)
    const { given } = await taggedPicture('never shown')
    const outcome = uploadWhile(person, given, () =>
      atrium.request((core) => deleteAccount(core, person)),
    )
    expect(await refusal(outcome)).toEqual(notAuthenticated)
    atrium.pass(plannedSeconds)
    await drain(atrium)
    await expectOnly(atrium, person, null)
  })

  test('before a removal, is told so, and the picture stays', async () => {
    const person = await newPictured(atrium)
    await atrium.request((core) => endSession(core, callerWith(person.token)))
    const removal = atrium.request((core) => removePicture(core, person.viewer))
    expect(await refusal(removal)).toEqual(notAuthenticated)
    await drain(atrium)
    await expectOnly(atrium, person, person.picture)
  })

  test('before the plan, stores nothing', async () => {
    const person = await newPictured(atrium)
    const { given } = await taggedPicture('never stored')
    await atrium.request((core) => endSession(core, callerWith(person.token)))
    expect(await refusal(upload(person, given))).toEqual(notAuthenticated)
    await expectOnly(atrium, person, person.picture)
  })
})

describe('several at once', () => {
  test('leave one picture, and the objects of the others go', async () => {
    const person = await newPictured(atrium)
    const pictures = await Promise.all(
      Array.from({ length: 5 }, (_, i) => taggedPicture(`no ${i}`)),
    )
    const urls = await Promise.all(pictures.map(({ given }) => upload(person, given)))
    expect(new Set(urls).size).toBe(5)
    const { key, bytes } = await currentOf(atrium, person)
    expect(pictures.map(({ cleaned }) => cleaned)).toContainEqual(bytes)
    expect(urls.filter((url) => url.includes(key?.split('/').at(-1) ?? 'nothing'))).toHaveLength(1)
    await drain(atrium)
    await expectOnly(atrium, person, bytes)
    atrium.pass(plannedSeconds)
    await drain(atrium)
    await expectOnly(atrium, person, bytes)
  })

  test('the last to be pointed to stays, whichever was planned first', async () => {
    const person = await newPictured(atrium)
    const [outer, inner] = [await taggedPicture('outer'), await taggedPicture('inner')]
    await uploadWhile(person, outer.given, () => upload(person, inner.given))
    expect(await objectsOf(atrium, person)).toHaveLength(3)
    atrium.pass(plannedSeconds)
    await drain(atrium)
    await expectOnly(atrium, person, outer.cleaned)
  })

  test('a removal during an upload comes before it', async () => {
    const person = await newPictured(atrium)
    const { given, cleaned } = await taggedPicture('shown')
    await uploadWhile(person, given, () =>
      atrium.request((core) => removePicture(core, person.viewer)),
    )
    atrium.pass(plannedSeconds)
    await drain(atrium)
    await expectOnly(atrium, person, cleaned)
  })

  test('the first picture of somebody, twice at once, is one', async () => {
    const { account, token, viewer } = await newSignedIn(atrium)
    const two = [await taggedPicture('one'), await taggedPicture('two')]
    const person = { number: account.number, id: account.id, token, viewer, picture: zero }
    await Promise.all(two.map(({ given }) => upload(person, given)))
    const { bytes } = await currentOf(atrium, person)
    expect(two.map(({ cleaned }) => cleaned)).toContainEqual(bytes)
    await drain(atrium)
    await expectOnly(atrium, person, bytes)
  })
})

const zero = new Uint8Array()

describe('the planned removal', () => {
  test('that has begun keeps its object from being shown', async () => {
    const person = await newPictured(atrium)
    const { given } = await taggedPicture('never shown')
    const gate = Promise.withResolvers<void>()
    const claimed = Promise.withResolvers<void>()
    let draining: Promise<unknown> = Promise.resolve()
    const outcome = uploadWhile(person, given, async () => {
      atrium.pass(plannedSeconds)
      draining = atrium.request((core) =>
        drainOutbox(
          withObjects(core, 'delete', async (remove) => {
            claimed.resolve()
            await gate.promise
            return remove()
          }),
        ),
      )
      await claimed.promise
    })
    expect(await refusal(outcome)).toEqual(notAuthenticated)
    gate.resolve()
    await draining
    await drain(atrium)
    await expectOnly(atrium, person, person.picture)
  })

  test('that was over before the object was stored is made up for', async () => {
    const person = await newPictured(atrium)
    const { given } = await taggedPicture('never shown')
    const outcome = uploadWhile(person, given, async () => {
      atrium.pass(plannedSeconds)
      await drain(atrium)
    })
    expect(await refusal(outcome)).toEqual(notAuthenticated)
    await drain(atrium)
    await expectOnly(atrium, person, person.picture)
  })

  test('is called off by the change, so that no cron however late finds it', async () => {
    const person = await newPictured(atrium)
    const { given, cleaned } = await taggedPicture('shown')
    await uploadWhile(person, given, async () => {
      expect(await rowsOf("SELECT 1 FROM outbox WHERE kind = 'objects'")).toHaveLength(1)
      atrium.pass(plannedSeconds - 1)
      await drain(atrium)
    })
    for (const seconds of [1, plannedSeconds, 30 * 24 * plannedSeconds]) {
      atrium.pass(seconds)
      await drain(atrium)
      await expectOnly(atrium, person, cleaned)
    }
  })

  test('by several crons at once takes the old picture only', async () => {
    const person = await newPictured(atrium)
    const { given, cleaned } = await taggedPicture('shown')
    await upload(person, given)
    await Promise.all([drain(atrium), drain(atrium), drain(atrium)])
    await expectOnly(atrium, person, cleaned)
  })
})
