import { openLoad, ready } from './load.mjs'

// People who register and sign in through the APIs that are compared, and what each of them is sent.

export const password = (turn) => `correct horse ${turn} battery`

const origin = 'https://bench.example'
const emailOf = (name) => `${name}@example.org`

/** What both can do, in the words of each. A session is shown by its cookies. */
const speakers = {
  atrium: {
    register: (name) => [
      'POST',
      '/users/register',
      { username: name, email: emailOf(name), password: password(0) },
    ],
    signIn: (name) => [
      'POST',
      '/user/login',
      { username: name, password: password(0), userAgent: 'bench' },
    ],
    check: () => ['GET', '/user/me'],
    update: (turn) => ['PATCH', '/user/me', { firstName: `Changed ${turn}` }],
    signOut: () => ['POST', '/user/logout', {}],
    changePassword: (turn) => [
      'PATCH',
      '/user/me',
      { currentPassword: password(turn), password: password(turn + 1) },
    ],
    /** There is no other way. */
    endOthers: {},
  },
  betterAuth: {
    register: (name) => [
      'POST',
      '/api/auth/sign-up/email',
      { name, email: emailOf(name), password: password(0) },
    ],
    signIn: (name) => [
      'POST',
      '/api/auth/sign-in/email',
      { email: emailOf(name), password: password(0) },
    ],
    check: () => ['GET', '/api/auth/get-session'],
    update: (turn) => ['POST', '/api/auth/update-user', { name: `Changed ${turn}` }],
    signOut: () => ['POST', '/api/auth/sign-out', {}],
    changePassword: (turn) => [
      'POST',
      '/api/auth/change-password',
      { currentPassword: password(turn), newPassword: password(turn + 1) },
    ],
    endOthers: { revokeOtherSessions: true },
  },
}

const group = 100

/**
 * What is compared. `request` is given the words of one side, its sessions and a place; `learn` is told the answer,
 * and the requests of the next round know it.
 */
export const comparisons = [
  {
    name: 'session check',
    target: 2.2,
    request: ({ check }, { kept }, k) => by(kept[k % kept.length], check()),
  },
  {
    name: 'update',
    target: 2.8,
    request: ({ update }, { kept }, k) => by(kept[k % kept.length], update(k)),
  },
  {
    name: 'register',
    target: 2.5,
    request: ({ register }, _, k) => by('', register(`arrival_${k}`)),
  },
  {
    name: 'sign-out',
    target: 3,
    request: ({ signOut }, { leaving }, k) => by(leaving[k], signOut()),
  },
  {
    name: 'change of password',
    target: 1.7,
    request: ({ changePassword }, { changing }, k) =>
      by(changing[k % group], changePassword(Math.floor(k / group))),
  },
  {
    // To the same end: whoever has stolen a session is out.
    name: 'the same, others signed out',
    target: 1.7,
    request({ changePassword, endOthers }, { ending }, k) {
      const [method, path, body] = changePassword(Math.floor(k / ending.length))
      return by(ending[k % ending.length], [method, path, { ...body, ...endOthers }])
    },
    learn({ ending }, k, answer) {
      ending[k % ending.length] = cookieOf(answer) || ending[k % ending.length]
    },
  },
  {
    name: 'sign-in',
    target: 1.5,
    request: ({ signIn }, _, k) => by('', signIn(`keeper_${k % group}`)),
  },
]

function by(cookie, [method, path, body]) {
  const headers = { Origin: origin, ...(cookie === '' ? {} : { Cookie: cookie }) }
  return { method, path, headers, body }
}

export const wordsOf = (side) => speakers[side]

/** Registers everybody, and signs them in as often as they will sign out. A round sends `perRound` requests. */
export async function gather(side, contestant, { signOuts, perRound, concurrency }) {
  const words = speakers[side]
  const load = openLoad(contestant.origin, concurrency)
  async function each(requests) {
    const answers = []
    for (let from = 0; from < requests.length; from += concurrency) {
      const part = requests.slice(from, from + concurrency)
      answers.push(...(await Promise.all(part.map((request) => load.send(ready(request))))))
    }
    const wrong = answers.find(({ status }) => status >= 400)
    if (wrong) throw new Error(`${side}: ${wrong.status} ${wrong.body}`)
    return answers
  }
  const names = (word, count = group) => Array.from({ length: count }, (_, n) => `${word}_${n}`)
  // Each of them once a round, so that nobody's session is used after another took its place.
  const enders = names('ender', perRound)
  const all = [...['keeper', 'leaver', 'changer'].flatMap((word) => names(word)), ...enders]
  await each(all.map((name) => by('', words.register(name))))
  const signIn = async (list) =>
    (await each(list.map((name) => by('', words.signIn(name))))).map(cookieOf)
  const kept = await signIn(names('keeper'))
  const changing = await signIn(names('changer'))
  const ending = await signIn(enders)
  const leaving = await signIn(Array.from({ length: signOuts }, (_, n) => `leaver_${n % group}`))
  load.close()
  return { kept, changing, ending, leaving }
}

function cookieOf({ headers }) {
  return (headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ')
}
