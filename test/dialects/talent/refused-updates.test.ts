import { beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, testApp } from '../../support/app'
import { failed, invalid, type Member, newMember, told, unauthorized } from './people'

/** What no update may say, each field by its name on the wire. */

let app: TestApp
let alice: Member

beforeAll(async () => {
  app = testApp({ THROTTLE: 'off' })
  alice = await newMember(app)
})

describe('an update is refused', () => {
  const site = 'must be an https URL of'
  test.each([
    [{ firstName: '' }, 'firstName', 'is too short'],
    [{ firstName: null }, 'firstName', 'is not valid'],
    [{ lastName: 'x'.repeat(151) }, 'lastName', 'is too long'],
    [{ isPrivate: 'yes' }, 'isPrivate', 'is not valid'],
    ...['nobody', '__proto__', 'constructor', 'toString'].map(
      (type) => [{ type }, 'type', type.length > 9 ? 'is too long' : 'is not valid'] as const,
    ),
    [{ meta: 'text' }, 'meta', 'is not valid'],
    [{ meta: { a: 'x'.repeat(5000) } }, 'meta', 'is too long'],
    [{ profile: 'text' }, 'profile', 'is not valid'],
    [{ profile: { contact: [] } }, 'profile.contact', 'is not valid'],
    [{ profile: { contact: { city: 7 } } }, 'profile.contact.city', 'is not valid'],
    [{ profile: { contact: { city: 'x'.repeat(101) } } }, 'profile.contact.city', 'is too long'],
    [{ profile: { bio: { title: 'x\ny' } } }, 'profile.bio.title', 'is not valid'],
    [{ profile: { talent: { tags: 'one' } } }, 'profile.talent.tags', 'is not valid'],
    [{ profile: { talent: { tags: [''] } } }, 'profile.talent.tags', 'is not valid'],
    [
      { profile: { talent: { tags: Array.from({ length: 31 }, (_, i) => `tag ${i}`) } } },
      'profile.talent.tags',
      'is too long',
    ],
    [{ profile: { talent: { about: 'x'.repeat(5001) } } }, 'profile.talent.about', 'is too long'],
    [
      { profile: { talent: { availability: 'maybe' } } },
      'profile.talent.availability',
      'must be available, limited, unavailable, busy or working',
    ],
    ...['4412345678987', '+44 123 4567', '+0123456789', '+1', '+44123456789012345'].map(
      (phone) =>
        [
          { profile: { contact: { phone } } },
          'profile.contact.phone',
          phone.length > 16 ? 'is too long' : 'must be in international format, as +4412345678987',
        ] as const,
    ),
    ...[
      'http://github.com/x',
      'https://github.com.evil.example/x',
      'https://evilgithub.com/x',
      'https://gitlab.com/x',
      'github.com/x',
      'javascript:alert(1)//github.com',
      'https://evil.example@github.com/',
      'https://github.com\\@evil.example',
      'https:github.com/x',
    ].map((github) => [{ socials: { github } }, 'socials.github', `${site} github.com`] as const),
    [
      { socials: { twitter: 'https://facebook.com/x' } },
      'socials.twitter',
      `${site} twitter.com or x.com`,
    ],
    [{ socials: { linkedin: 'https://x.com/x' } }, 'socials.linkedin', `${site} linkedin.com`],
    [{ socials: { website: 'http://x.com' } }, 'socials.website', 'must be an https URL'],
    [{ socials: { website: 'https:' } }, 'socials.website', 'must be an https URL'],
  ] as const)('for %j', async (body, field, rest) => {
    const before = await alice.me()
    expect(told(await alice.update(body))).toEqual(invalid([field, rest]))
    expect(await alice.me()).toEqual(before)
  })

  test('with all that is wrong at once', async () => {
    const answer = await alice.update({
      firstName: '',
      profile: { contact: { phone: 'x', city: 7 }, talent: { availability: 'x' } },
      socials: { github: 'x', website: 'x' },
    })
    const fields = answer.json.validation.map(({ field }: { field: string }) => field)
    expect(fields.sort()).toEqual([
      'firstName',
      'profile.contact.city',
      'profile.contact.phone',
      'profile.talent.availability',
      'socials.github',
      'socials.website',
    ])
  })

  test('to nobody, before the body is looked at', async () => {
    const sent = { method: 'PATCH', body: { firstName: '' } }
    expect(told(await app.call('/v1/account/update', sent))).toEqual(unauthorized)
  })

  test('for a body that is no object', async () => {
    for (const body of ['[]', '7', 'null', '"x"']) {
      const headers = { 'Content-Type': 'application/json' }
      const answer = await alice.call('/v1/account/update', { method: 'PATCH', body, headers })
      expect(told(answer)).toEqual(failed(400, 'Request body is not valid'))
    }
  })
})

test.each(['www.linkedin.com', 'uk.linkedin.com', 'LinkedIn.com'])(
  'socials at %s are at the right place',
  async (host) => {
    const linkedin = `https://${host}/in/ada`
    expect((await alice.update({ socials: { linkedin } })).json.data.socials.linkedin).toBe(
      linkedin,
    )
  },
)
