import { beforeEach, describe, expect, test } from 'vitest'
import { drainOutbox } from '../../src/core/outbox'
import { removePicture, setPicture } from '../../src/core/pictures'
import { newSignedIn } from '../support/accounts'
import { change, refusal, testCore } from '../support/core'
import { type Trouble, troubled } from '../support/database'
import {
  currentOf,
  drain,
  expectOnly,
  newPictured,
  objectsOf,
  withObjects,
} from '../support/pictures'
import { taggedPicture } from '../support/png'

/** What is left of a picture when D1 or R2 fails while it is changed. */

const atrium = testCore()
const plannedSeconds = 3600

beforeEach(() => change('DELETE FROM outbox'))

const overload = 'D1_ERROR: D1 DB is overloaded. Requests queued for too long.'
const lost = 'D1_ERROR: Network connection lost.'
const unknown = 'D1_ERROR: internal error'
const unmade = (message: string): Trouble => ({ at: 'before', message })
const made = (message: string): Trouble => ({ at: 'after', message })

test('a picture takes the place of another, whose object goes with the next cron', async () => {
  const person = await newPictured(atrium)
  await expectOnly(atrium, person, person.picture)
  const { given, cleaned } = await taggedPicture('the second one')
  await atrium.request((core) => setPicture(core, person.viewer, given))
  expect((await currentOf(atrium, person)).bytes).toEqual(cleaned)
  await drain(atrium)
  await expectOnly(atrium, person, cleaned)
  atrium.pass(plannedSeconds * 24)
  await drain(atrium)
  await expectOnly(atrium, person, cleaned)
})

test('removing it takes the object away; removing nothing is no failure', async () => {
  const person = await newPictured(atrium)
  const remove = () => atrium.request((core) => removePicture(core, person.viewer))
  await remove()
  expect((await currentOf(atrium, person)).key).toBeNull()
  await remove()
  await drain(atrium)
  await expectOnly(atrium, person, null)
})

describe('when R2 fails', () => {
  test.each<[string, boolean]>([
    ['without storing it', false],
    ['after it was stored', true],
  ])('%s, it is refused, the old one stays and the new one goes', async (_, isStored) => {
    const person = await newPictured(atrium)
    const { given } = await taggedPicture('never shown')
    const failure = await refusal(
      atrium.request((core) => {
        const broken = withObjects(core, 'put', async (put) => {
          if (isStored) await put()
          throw new Error('put: We encountered an internal error. Please try again. (10001)')
        })
        return setPicture(broken, person.viewer, given)
      }),
    )
    expect(failure).toEqual({ code: 'unavailable', retryAfterSeconds: 2 })
    expect((await currentOf(atrium, person)).bytes).toEqual(person.picture)
    expect(await objectsOf(atrium, person)).toHaveLength(isStored ? 2 : 1)
    atrium.pass(plannedSeconds)
    await drain(atrium)
    await expectOnly(atrium, person, person.picture)
  })

  test('to delete, it is asked again until it does', async () => {
    const person = await newPictured(atrium)
    await atrium.request((core) => removePicture(core, person.viewer))
    const { failed } = await atrium.request((core) =>
      drainOutbox(withObjects(core, 'delete', () => Promise.reject(new Error('down')))),
    )
    expect(failed).toBe(1)
    expect(await objectsOf(atrium, person)).toHaveLength(1)
    atrium.pass(plannedSeconds)
    await drain(atrium)
    await expectOnly(atrium, person, null)
  })
})

describe('when D1 fails', () => {
  /** In the order of the calls: the plan, the change, and asking how it went. */
  test.each<[string, (Trouble | null)[]]>([
    ['before the plan', [unmade(overload)]],
    ['before the plan, which was not made', [unmade(unknown)]],
    ['after the plan, and nobody can say so', [made(unknown), unmade(unknown)]],
    ['at the change for an overload', [null, unmade(overload)]],
    ['at the change, which was not made', [null, unmade(unknown)]],
    ['at the change again and again', [null, unmade(lost), unmade(lost), unmade(lost)]],
  ])('%s, it is refused, the old one stays and the new one goes', async (_, troubles) => {
    const person = await newPictured(atrium)
    const { given } = await taggedPicture('never shown')
    const failure = await refusal(
      atrium.request((core) => setPicture(troubled(core, troubles), person.viewer, given)),
    )
    expect(failure).toMatchObject({ code: 'unavailable' })
    expect((await currentOf(atrium, person)).bytes).toEqual(person.picture)
    atrium.pass(plannedSeconds - 1)
    await drain(atrium)
    expect((await currentOf(atrium, person)).bytes).toEqual(person.picture)
    atrium.pass(1)
    await drain(atrium)
    await expectOnly(atrium, person, person.picture)
  })

  test.each<[string, (Trouble | null)[]]>([
    ['on the way back from the plan', [made(lost)]],
    ['on the way to the plan', [unmade(lost), unmade(lost)]],
    ['after the plan, which says so itself', [made(unknown)]],
    ['on the way to the change', [null, unmade(lost), unmade(lost)]],
    ['on the way back from the change', [null, made(lost)]],
    ['on the way back from the change twice', [null, made(lost), made(lost)]],
    ['after the change, which says so itself', [null, made(unknown)]],
  ])('%s, it is done all the same', async (_, troubles) => {
    const person = await newPictured(atrium)
    const { given, cleaned } = await taggedPicture('shown')
    await atrium.request((core) => setPicture(troubled(core, troubles), person.viewer, given))
    expect((await currentOf(atrium, person)).bytes).toEqual(cleaned)
    atrium.pass(plannedSeconds)
    await drain(atrium)
    await expectOnly(atrium, person, cleaned)
  })

  test('after the change, and nobody can say so, it is refused but whole', async () => {
    const person = await newPictured(atrium)
    const { given, cleaned } = await taggedPicture('shown after all')
    const troubles = [null, made(unknown), unmade(unknown)]
    const failure = await refusal(
      atrium.request((core) => setPicture(troubled(core, troubles), person.viewer, given)),
    )
    expect(failure).toMatchObject({ code: 'unavailable' })
    expect((await currentOf(atrium, person)).bytes).toEqual(cleaned)
    atrium.pass(plannedSeconds)
    await drain(atrium)
    await expectOnly(atrium, person, cleaned)
  })

  test.each<[string, Trouble[], boolean]>([
    ['before a removal', [unmade(overload)], false],
    ['before a removal, which was not made', [unmade(unknown)], false],
    ['on the way back from a removal', [made(lost)], true],
    ['after a removal, which says so itself', [made(unknown)], true],
  ])('%s, it is refused or done', async (_, troubles, isDone) => {
    const person = await newPictured(atrium)
    const removal = atrium.request((core) => removePicture(troubled(core, troubles), person.viewer))
    if (isDone) await removal
    else expect(await refusal(removal)).toMatchObject({ code: 'unavailable' })
    await drain(atrium)
    await expectOnly(atrium, person, isDone ? null : person.picture)
  })
})

test('what is refused for itself reaches neither D1 nor R2', async () => {
  const { account, viewer } = await newSignedIn(atrium)
  const large = await taggedPicture('a long note', 1024 * 1024)
  const upload = (given: typeof large.given) =>
    atrium.request((core) => {
      const neither = withObjects(core, 'put', () => Promise.reject(new Error('was reached')))
      return setPicture(troubled(neither, [unmade('was reached')]), viewer, given)
    })
  expect(await refusal(upload(large.given))).toEqual({
    code: 'upload_too_large',
    bytesMax: 1024 * 1024,
  })
  for (const [given, problem] of [
    [large.given.slice(0, 1000), 'damaged'],
    [large.given.slice(1, 1000), 'not_png'],
    [large.given.slice(0, 0), 'not_png'],
  ] as const) {
    expect(await refusal(upload(given))).toEqual({ code: 'invalid_picture', problem })
  }
  expect(await objectsOf(atrium, account)).toEqual([])
})

test('a megabyte to the byte is taken, and one more is not', async () => {
  const { viewer } = await newSignedIn(atrium)
  const { given } = await taggedPicture('a long note')
  const exact = await taggedPicture('a long note', 1024 * 1024 - given.length)
  expect(exact.given).toHaveLength(1024 * 1024)
  await atrium.request((core) => setPicture(core, viewer, exact.given))
  const over = await taggedPicture('a long note', 1024 * 1024 - given.length + 1)
  const failure = await refusal(atrium.request((core) => setPicture(core, viewer, over.given)))
  expect(failure.code).toBe('upload_too_large')
})
