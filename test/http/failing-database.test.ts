import { expect, test } from 'vitest'
import { problemsOf } from './faulty-calls'
import { mutations } from './mutations'

/** Whatever call fails, a request is made whole or not at all, and its answer says which. */

for (const mutation of mutations) {
  test(`${mutation.name} is done or refused with 503 whichever database call fails, and can be repeated`, async () => {
    expect(await problemsOf(mutation)).toEqual([])
  })
}
