import { expect, test } from 'vitest'
import { ask, emptyApp } from '../../support/graph'
import { newPerson } from '../../support/social'
import { fieldError, invalid } from '../../support/social-answers'

/** Zeros pass their own check digits: an id that was never given out, and should be no offset. */

test.each(['followers', 'following', 'follow-requests'])(
  '24 zeros are no offset of %s',
  async (list) => {
    const app = await emptyApp()
    const jane = await newPerson(app)
    const offset = '0'.repeat(24)
    const refused = [400, invalid(fieldError('offset', offset, { location: 'query' }))]
    expect(await ask(app, jane, `/user/${list}?offset=${offset}`)).toEqual(refused)
  },
)
