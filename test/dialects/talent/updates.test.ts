import { beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, testApp } from '../../support/app'
import { forgetEverybody } from '../../support/site-answers'
import { type Member, newMember } from './people'
import { update } from './samples'

/** What an update changes, what it leaves, and what it refuses. */

let app: TestApp

beforeAll(async () => {
  app = testApp({ THROTTLE: 'off' })
  await forgetEverybody(app)
})

async function newAlice() {
  const member = await newMember(app)
  await member.update(update)
  return member
}

describe('an update', () => {
  test('changes the parts that are sent, and nothing else', async () => {
    const { me, update } = await newAlice()
    const before = await me()
    const sent: readonly [body: object, changed: object][] = [
      [{ profile: { bio: { title: 'Countess' } } }, { bio: { title: 'Countess' } }],
      [{ profile: { contact: { city: 'London' } } }, { contact: { city: 'London' } }],
      [{ profile: { talent: { availability: 'busy' } } }, { talent: { availability: 'busy' } }],
    ]
    let profile = before.profile
    for (const [body, changed] of sent) {
      for (const [part, value] of Object.entries(changed)) {
        profile = { ...profile, [part]: { ...profile[part], ...value } }
      }
      expect((await update(body)).json.data).toEqual({ ...before, profile })
      expect(await me()).toEqual({ ...before, profile })
    }
    const socials = { ...before.socials, github: 'https://github.com/countess' }
    expect((await update({ socials: { github: socials.github } })).json.data).toEqual({
      ...before,
      profile,
      socials,
    })
  })

  test.each([null, ''])('takes a part away with %j, which then counts no more', async (nothing) => {
    const { me, update } = await newAlice()
    const body = {
      profile: { bio: { title: nothing }, contact: { phone: nothing }, talent: { about: nothing } },
      socials: { website: nothing },
    }
    expect((await update(body)).status).toBe(202)
    const after = await me()
    expect(after.profileCompleteness).toBe(90 - 10 - 5 - 10 - 5)
    expect(after.profile.bio).toEqual({ title: null, description: 'Builds software Products' })
    expect(after.profile.contact).toMatchObject({ city: 'Manchester', phone: null })
    expect(after.socials).toMatchObject({ website: null, github: 'https://github.com/tester' })
  })

  test('and another of other parts at the same time both survive', async () => {
    const { me, update } = await newAlice()
    const answers = await Promise.all([
      update({ profile: { bio: { title: 'Countess' } } }),
      update({ profile: { contact: { city: 'London' }, talent: { tags: ['maths'] } } }),
      update({ socials: { github: 'https://github.com/ada' } }),
      update({ firstName: 'Ada' }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202])
    expect(await me()).toMatchObject({
      firstName: 'Ada',
      lastName: 'Bob',
      profile: {
        bio: { title: 'Countess', description: 'Builds software Products' },
        contact: { city: 'London', country: 'England' },
        talent: { tags: ['maths'] },
      },
      socials: { github: 'https://github.com/ada', twitter: 'https://twitter.com/tester' },
    })
  })

  test('with nothing in it changes nothing', async () => {
    const { me, update } = await newAlice()
    const before = await me()
    for (const body of [{}, { profile: {} }, { profile: { bio: {} }, socials: {} }]) {
      expect((await update(body)).json.data).toEqual(before)
    }
  })

  test('ignores what it does not know, and what is not to be changed here', async () => {
    const { me, update } = await newAlice()
    const before = await me()
    const body = {
      _id: 'f'.repeat(24),
      email: 'new@example.com',
      userName: 'somebody',
      role: 'admin',
      score: 7,
      kyc: true,
      password: 'x',
      profile: { verified: true, talent: { tagsIds: ['x'] } },
    }
    expect((await update(body)).json.data).toEqual(before)
  })

  test('takes what it has answered', async () => {
    const { me, update } = await newAlice()
    const before = await me()
    expect((await update(before)).json.data).toEqual(before)
  })

  test('keeps names in any script, a last name that is none, and who may look', async () => {
    const { update } = await newAlice()
    const sent = { firstName: ' Ада ', lastName: '', isPrivate: true, type: 'creator' }
    const { data } = (await update(sent)).json
    expect(data).toMatchObject({ firstName: 'Ада', lastName: '', isPrivate: true, type: 'creator' })
  })

  test('keeps free data as a whole', async () => {
    const { me, update } = await newAlice()
    expect(await me()).not.toHaveProperty('meta')
    await update({ meta: { a: 1, b: { c: [2] } } })
    expect((await me()).meta).toEqual({ a: 1, b: { c: [2] } })
    await update({ meta: { d: 3 } })
    expect((await me()).meta).toEqual({ d: 3 })
    await update({ meta: null })
    expect(await me()).not.toHaveProperty('meta')
  })
})

describe('tags', () => {
  const tagsOf = async ({ me }: Member) => (await me()).profile.talent

  test('are one row for one word, counted over the people who use it', async () => {
    const [one, two] = [await newMember(app), await newMember(app)]
    await one.update({ profile: { talent: { tags: ['Data Science', 'Chess'] } } })
    await two.update({ profile: { talent: { tags: ['data-science', 'DATA  science'] } } })
    const [mine] = (await tagsOf(one)).tagsIds
    const theirs = (await tagsOf(two)).tagsIds
    expect(theirs).toEqual([mine])
    expect(mine).toMatchObject({ key: 'data-science', name: 'Data Science', entryCount: 2 })
    await two.update({ profile: { talent: { tags: [] } } })
    expect((await tagsOf(two)).tags).toEqual([])
    expect((await tagsOf(one)).tagsIds[0].entryCount).toBe(1)
  })

  test('keep the order in which they are sent', async () => {
    const member = await newMember(app)
    for (const tags of [['c', 'a', 'b'], ['b', 'c'], null]) {
      await member.update({ profile: { talent: { tags } } })
      expect((await tagsOf(member)).tags).toEqual(tags ?? [])
    }
  })
})
