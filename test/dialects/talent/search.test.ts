import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, type TestApp, testApp } from '../../support/app'
import { forgetEverybody } from '../../support/site-answers'
import { asMember, login, type Member, newMember, ok, told, unauthorized } from './people'
import { row, update } from './samples'

/** Looking for people: every filter alone and with others, page by page, and nothing that is private. */

let app: TestApp
let alice: Member
let people: { readonly [name: string]: Member }

const list = (query = '', by: Member = alice) => by.call(`/v1/account/user${query}`)
const names = ({ json }: Answer) =>
  json.data.data.map(({ firstName }: { firstName: string }) => firstName).sort()

async function person(firstName: string, profile: object, more: object = {}): Promise<Member> {
  const member = await newMember(app, { firstName, lastName: 'Searcher' })
  await member.update({ profile, ...more })
  return member
}

beforeAll(async () => {
  app = testApp({ THROTTLE: 'off' })
  await forgetEverybody(app)
  await app.env.DB.prepare('DELETE FROM tags').run()
  alice = await newMember(app)
  await alice.update(update)
  people = {
    jeremy: await person('Jeremy', { talent: { tags: ['ui design', 'web3'], about: 'x' } }),
    jerome: await person('Jerome', { talent: { tags: ['UI Design'] } }, { type: 'creator' }),
    kim: await person('Kim', {
      bio: { title: 'x', description: 'x' },
      talent: { tags: ['chess'] },
    }),
    admin: await person('Admin', {}),
  }
  await app.env.DB.prepare("UPDATE accounts SET role = 'admin' WHERE id = ?")
    .bind(people.admin?.id)
    .run()
})

describe('a page', () => {
  test('is answered as the document says, the most complete first', async () => {
    const { status, json } = await list('', people.kim)
    const { data, ...page } = json.data
    expect([status, json.status, json.message]).toEqual([200, 'success', 'OK'])
    expect(page).toEqual({ pages: 1, page: 1, total: 5, limit: 12, position: 1 })
    const [first, ...others] = data
    const shared = { ...row(alice.id), profile: expect.anything() }
    expect(first).toEqual(shared)
    expect(first.profile).toMatchObject({
      contact: row(alice.id).profile.contact,
      bio: row(alice.id).profile.bio,
    })
    expect(others.map(({ profileCompleteness: n }: { profileCompleteness: number }) => n)).toEqual([
      30, 20, 10, 0,
    ])
  })

  test('counts on from page to page, and ends', async () => {
    const pages = [1, 2, 3, 4].map((page) => list(`?limit=2&page=${page}`))
    const answers = (await Promise.all(pages)).map(({ json }) => json.data)
    expect(answers.map(({ data, ...page }) => page)).toEqual(
      [1, 2, 3, 4].map((page) => ({
        pages: 3,
        page,
        total: 5,
        limit: 2,
        position: 2 * page - 1,
      })),
    )
    expect(answers.map(({ data }) => data.length)).toEqual([2, 2, 1, 0])
    const ids = answers.flatMap(({ data }) => data.map(({ _id }: { _id: string }) => _id))
    expect(new Set(ids).size).toBe(5)
  })

  test('of more than a hundred is one of a hundred', async () => {
    expect((await list('?limit=5000')).json.data.limit).toBe(100)
    expect((await list('?limit=100')).json.data.limit).toBe(100)
  })

  test.each(['limit=0', 'limit=-1', 'limit=x', 'limit=1.5', 'page=0', 'page=-1', 'page=x'])(
    'is refused for %s',
    async (query) => {
      const answer = await list(`?${query}`)
      const [field] = query.split('=')
      expect([answer.status, answer.json.validation[0].field]).toEqual([422, field])
    },
  )
})

test.each([
  ['', 'Admin Alice Jeremy Jerome Kim'],
  ['role=admin', 'Admin'],
  ['role=user', 'Alice Jeremy Jerome Kim'],
  ['role=partner', ''],
  ['role=', 'Admin Alice Jeremy Jerome Kim'],
  ['search=jer', 'Jeremy Jerome'],
  ['search=JER', 'Jeremy Jerome'],
  ['search=rom', 'Jerome'],
  ['search=searcher', 'Admin Jeremy Jerome Kim'],
  ['search=%22%20OR%20*', ''],
  ['tags=ui%20design', 'Jeremy Jerome'],
  ['tags=UI-Design', 'Jeremy Jerome'],
  ['tags=web3,chess', 'Alice Jeremy Kim'],
  ['tags=,%20,', 'Admin Alice Jeremy Jerome Kim'],
  ['tags=nothing', ''],
  ['profileCompletenessMin=20', 'Alice Jeremy Kim'],
  ['profileCompletenessMax=20', 'Admin Jeremy Jerome'],
  ['profileCompletenessMin=20&profileCompletenessMax=30', 'Jeremy Kim'],
  ['profileCompletenessMin=70&profileCompletenessMax=10', ''],
  ['range=10,30', 'Jeremy Jerome Kim'],
  ['range=0,25&profileCompletenessMin=15', 'Jeremy'],
  ['type=creator', 'Jerome'],
  ['type=recipient&search=jer', 'Jeremy'],
  ['type=testnet', 'Admin Alice Jeremy Jerome Kim'],
  ['type=creator&type=testnet', 'Jerome'],
  ['type=nobody', ''],
  ['owner=true', 'Alice'],
  ['owner=false&search=kim', 'Kim'],
  ['owner=true&search=jer', ''],
  ['search=jer&tags=web3', 'Jeremy'],
  ['search=jer&tags=chess', ''],
  ['role=user&tags=ui design&type=creator&profileCompletenessMax=50', 'Jerome'],
  ['role=admin&tags=chess', ''],
  [
    'sort=score&range=undefined&type=undefined&search=&tags=&owner=undefined',
    'Admin Alice Jeremy Jerome Kim',
  ],
])('by "%s" it finds %s', async (query, found) => {
  const answer = await list(`?${query}`)
  expect([answer.status, names(answer).join(' ')]).toEqual([200, found])
  expect(answer.json.data.total).toBe(names(answer).length)
})

test.each([
  ['search=x', 'search'],
  [`search=${'x'.repeat(101)}`, 'search'],
  ['profileCompletenessMin=x', 'profileCompletenessMin'],
  ['profileCompletenessMax=101', 'profileCompletenessMax'],
  ['range=1', 'range'],
  ['range=x,y', 'range'],
  ['owner=maybe', 'owner'],
  ['type=recipient&type=creator', 'type'],
  ['search=one&search=two', 'search'],
])('%s is refused', async (query, field) => {
  const answer = await list(`?${query}`)
  expect([answer.status, answer.json.validation[0].field]).toEqual([422, field])
})

test('nobody looks without a token, whatever they look for', async () => {
  for (const query of ['', '?limit=0', '?search=x', '?role=partner']) {
    expect(told(await app.call(`/v1/account/user${query}`))).toEqual(unauthorized)
  }
})

describe('what is private', () => {
  const secrets = /@example\.com|alice bob blvd|4412345678987|meta|referralCode|loggedIn|userName/

  test('is in nobody’s row, and in nobody’s view of another', async () => {
    await alice.update({ meta: { note: 'a secret' } })
    for (const path of ['', '?search=alice', `/${alice.id}`]) {
      const answer = await (people.kim as Member).call(`/v1/account/user${path}`)
      expect(answer.text).toContain('Software Engineer')
      expect(answer.text).not.toMatch(secrets)
    }
  })

  test('is shown to the account itself', async () => {
    const answer = await list('?owner=true')
    const [own] = answer.json.data.data
    expect(own.profile.contact).toMatchObject({ phone: '+4412345678987' })
    expect(own.profile.contact.address).toBe('30, alice bob blvd.')
  })

  test('a street and a phone alone show nothing of a contact', async () => {
    const quiet = await person('Quiet', { contact: { phone: '+4412345678', address: 'somewhere' } })
    const answer = await alice.call(`/v1/account/user/${quiet.id}`)
    expect(answer.json.data.profile).not.toHaveProperty('contact')
    const self = await quiet.call(`/v1/account/user/${quiet.id}`)
    expect(self.json.data.profile.contact).toMatchObject({ phone: '+4412345678', city: null })
    await quiet.call('/v1/account/delete-account', { body: { password: '1234@Abcde' } })
  })
})

test('who is blocked finds nobody there, by id, by search and among bookmarks', async () => {
  const blocker = await newMember(app, { firstName: 'Blocker' })
  const blocked = asMember(app, await login(app, (people.kim as Member).email))
  const body = { reference: blocker.id, type: 'user' }
  expect((await blocked.call('/v1/bookmark', { body })).status).toBe(200)
  await blocker.call('/social/user/block', { body: { target: blocked.id } })
  expect((await blocked.call(`/v1/account/user/${blocker.id}`)).status).toBe(404)
  expect(names(await blocked.call('/v1/account/user?search=blocker'))).toEqual([])
  expect((await blocked.call('/v1/bookmark')).json.data.total).toBe(0)
  expect((await blocked.call('/v1/bookmark', { body })).status).toBe(404)
  expect((await alice.call(`/v1/account/user/${blocker.id}`)).status).toBe(200)
})

describe('bookmarks', () => {
  test('are made once, shown in rows and in a list, and taken away', async () => {
    const kim = people.kim as Member
    const body = { reference: alice.id, type: 'user' }
    const made = await kim.call('/v1/bookmark', { body })
    const { _id: id } = made.json.data
    expect(told(made)).toEqual(ok({ _id: id, type: 'user', reference: alice.id }))
    expect(told(await kim.call('/v1/bookmark', { body }))).toEqual(told(made))

    const found = async (by: Member) => (await by.call('/v1/account/user?search=alice')).json.data
    expect((await found(kim)).data[0]).toMatchObject({ isBookmarked: true, bookmarkId: id })
    const jeremy = people.jeremy as Member
    expect((await found(jeremy)).data[0]).toMatchObject({ isBookmarked: false, bookmarkId: '' })
    const listed = await kim.call('/v1/bookmark?page=1&limit=5')
    expect(listed.json.data).toMatchObject({ pages: 1, page: 1, total: 1, limit: 5, position: 1 })
    expect(listed.json.data.data).toEqual([
      expect.objectContaining({ _id: id, type: 'user', reference: alice.id }),
    ])
    expect(listed.json.data.data[0].user).toMatchObject({ _id: alice.id, firstName: 'Alice' })
    expect(listed.text).not.toMatch(/@example\.com/)

    const remove = (by: Member) => by.call(`/v1/bookmark/${id}`, { method: 'DELETE' })
    expect(told(await remove(jeremy))).toEqual(ok())
    expect((await kim.call('/v1/bookmark')).json.data.total).toBe(1)
    expect(told(await remove(kim))).toEqual(ok())
    expect(told(await remove(kim))).toEqual(ok())
    expect((await kim.call('/v1/bookmark')).json.data).toMatchObject({ total: 0, data: [] })
  })

  test.each([
    [{ reference: 'f'.repeat(24), type: 'user' }, 404],
    [{ reference: 'x', type: 'user' }, 422],
    [{ reference: 'f'.repeat(24), type: 'feed' }, 422],
    [{}, 422],
  ])('%j is no bookmark', async (body, status) => {
    expect((await alice.call('/v1/bookmark', { body })).status).toBe(status)
  })

  test('are nobody’s without a token', async () => {
    for (const [method, path] of [
      ['GET', ''],
      ['POST', ''],
      ['DELETE', '/x'],
    ] as const) {
      expect(told(await app.call(`/v1/bookmark${path}`, { method }))).toEqual(unauthorized)
    }
  })
})
