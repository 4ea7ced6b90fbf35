import { clientHeader, refreshTokenOf } from './world/grants.mjs'
import { isNewcomer } from './world/graph.mjs'
import * as people from './world/people.mjs'
import { random } from './world/random.mjs'

// What is measured. A request follows from its place in the list of requests, so that every contestant
// is sent the same ones; what changes something is sent once to each. What perishes has tokens that live
// for ten minutes: it is measured first, and each answer has to be the recorded one.

const newcomers = 20
const mostFollowed = 20

/** Somebody, from the whole world, so that a million accounts are not answered from a warm corner. */
const anybody = (k, { accounts }, topic = 0) =>
  Math.floor(random(k, 500 + topic) * (accounts - 100))

const asPerson = (i) => ({ Authorization: `Bearer ${people.sessionTokenOf(i)}` })
const get = (path, headers = {}) => ({ method: 'GET', path, headers })
const send = (method, path, body, headers = {}) => ({ method, path, headers, body })

/** The k-th of those who are not private. */
function publicPerson(k) {
  for (let i = 0, left = k; ; i += 1) {
    if (people.isPrivate(i)) continue
    if (left === 0) return i
    left -= 1
  }
}

function logIn(i) {
  const body = { username: people.usernameOf(i), password: people.everybodysPassword }
  return send('POST', '/user/login', { ...body, userAgent: 'bench' })
}

export const operations = [
  {
    name: 'register',
    shown: 'POST /users/register',
    target: 0.7,
    changes: true,
    request: (k) =>
      send('POST', '/users/register', {
        username: `arrival_${k.toString(36)}`,
        email: `arrival.${k}@example.net`,
        password: people.everybodysPassword,
      }),
  },
  {
    name: 'login',
    shown: 'POST /user/login',
    changes: true,
    request: (k, world) => logIn(anybody(k, world)),
  },
  {
    name: 'login, full cost',
    shown: 'POST /user/login',
    target: 0.9,
    changes: true,
    hasFullCost: true,
    request: (k, { accounts }) => logIn(accounts - 100 + (k % 100)),
  },
  {
    name: 'session check',
    shown: 'GET /user/logged',
    target: 0.8,
    request: (k, world) => get('/user/logged', asPerson(anybody(k, world))),
  },
  {
    name: 'own account',
    shown: 'GET /user/me',
    target: 0.8,
    request: (k, world) => get('/user/me', asPerson(anybody(k, world))),
  },
  {
    name: 'other account',
    shown: 'GET /user/:userId',
    target: 0.8,
    request: (k, world) =>
      get(`/user/${people.idOf(anybody(k, world, 1))}`, asPerson(anybody(k, world))),
  },
  {
    name: 'update',
    shown: 'PATCH /user/me',
    target: 0.7,
    changes: true,
    request: (k, world) =>
      send(
        'PATCH',
        '/user/me',
        { bio: `Changed for the ${k}th time.` },
        asPerson(anybody(k, world)),
      ),
  },
  {
    name: 'follow',
    shown: 'POST /user/follow',
    changes: true,
    request(k) {
      const fan = 49 + 50 * (k % newcomers)
      const star = publicPerson(Math.floor(k / newcomers))
      // Nobody follows themselves, and newcomers alone have surely not followed this one before.
      const followed = isNewcomer(star) ? star + 1 : star
      return send('POST', '/user/follow', { target: people.idOf(followed) }, asPerson(fan))
    },
  },
  {
    name: 'followers page',
    shown: 'GET /user/:userId/followers',
    target: 0.8,
    request: (k, world) =>
      get(`/user/${people.idOf(k % mostFollowed)}/followers?limit=20`, asPerson(anybody(k, world))),
  },
  {
    name: 'search',
    shown: 'POST /user/search',
    request(k, world) {
      const query = people.namesOf(anybody(k, world, 2)).lastName.slice(0, 5)
      return send('POST', '/user/search', { query, limit: 20 }, asPerson(anybody(k, world)))
    },
  },
  {
    name: 'talent search',
    shown: 'GET /v1/account/user',
    request(k, world) {
      const tag = people.tagNames[k % 100].replace(' ', '-')
      const asked = `tags=${tag}&profileCompletenessMin=10&limit=20`
      return get(`/v1/account/user?${asked}`, asPerson(anybody(k, world)))
    },
  },
  {
    name: 'OAuth refresh',
    shown: 'POST /oauth/token',
    changes: true,
    request: (k) =>
      send(
        'POST',
        '/oauth/token',
        { grant_type: 'refresh_token', refresh_token: refreshTokenOf(k) },
        { Authorization: clientHeader },
      ),
  },
  {
    name: 'introspection',
    shown: 'POST /oauth/introspect',
    perishes: true,
    request: (k, { accessTokens }) =>
      send(
        'POST',
        '/oauth/introspect',
        { token: accessTokens[k % accessTokens.length] },
        { Authorization: clientHeader },
      ),
  },
  {
    name: 'picture read',
    shown: 'GET /pictures/:userId/:token',
    request: (k, { pictures }) => get(pictures[k % pictures.length]),
  },
]
