import { expect } from 'vitest'
import type { Core } from '../../src/core/context'
import { drainOutbox } from '../../src/core/outbox'
import { setPicture } from '../../src/core/pictures'
import type { Viewer } from '../../src/core/sessions'
import { newSignedIn } from './accounts'
import { rowsOf, type TestCore } from './core'
import { type Bytes, taggedPicture } from './png'

/** People with a picture, seen from D1 and R2, and storage that fails as a test tells it to. */

export interface PicturedPerson {
  readonly number: number
  readonly id: string
  readonly token: string
  readonly viewer: Viewer
  /** The picture as it is served. */
  readonly picture: Bytes
}

export async function newPictured(test: TestCore): Promise<PicturedPerson> {
  const { account, token, viewer } = await newSignedIn(test)
  const { given, cleaned } = await taggedPicture('the first one')
  await test.request((core) => setPicture(core, viewer, given))
  return { number: account.number, id: account.id, token, viewer, picture: cleaned }
}

/** The keys of all objects of a person. */
export async function objectsOf(test: TestCore, { number }: { number: number }): Promise<string[]> {
  const { objects } = await test.env.R2.list({ prefix: `p/${number}/` })
  return objects.map(({ key }) => key)
}

/** The object that the person's row points to. */
export async function currentOf(test: TestCore, { number }: { number: number }) {
  const [row] = await rowsOf<{ key: string | null }>(
    'SELECT picture_key AS key FROM accounts WHERE number = ?',
    number,
  )
  const object = row?.key ? await test.env.R2.get(row.key) : null
  return { key: row?.key ?? null, bytes: object && new Uint8Array(await object.arrayBuffer()) }
}

/** Nothing but this picture is there, and nothing is left to be done; null for none. */
export async function expectOnly(
  test: TestCore,
  person: { number: number },
  picture: Bytes | null,
): Promise<void> {
  const { key, bytes } = await currentOf(test, person)
  expect(bytes).toEqual(picture)
  expect(await objectsOf(test, person)).toEqual(picture ? [key] : [])
  expect(await rowsOf("SELECT target FROM outbox WHERE kind = 'objects'")).toEqual([])
}

/** Cron as often as it takes, and once more. */
export async function drain(test: TestCore): Promise<void> {
  for (let worked = 1; worked > 0; ) {
    const { sent, failed, dropped } = await test.request(drainOutbox)
    if (failed > 0) throw new Error('the outbox could not be drained')
    worked = sent + dropped
  }
}

/** The same core, but something else happens in place of one call of R2; `call` makes it. */
export function withObjects(
  core: Core,
  method: 'put' | 'delete',
  instead: (call: () => Promise<unknown>) => Promise<unknown>,
): Core {
  const r2 = new Proxy(core.r2, {
    get(target, property) {
      const value = Reflect.get(target, property)
      if (typeof value !== 'function') return value
      if (property !== method) return value.bind(target)
      return (...given: unknown[]) => instead(() => value.apply(target, given))
    },
  })
  return { ...core, r2 }
}
