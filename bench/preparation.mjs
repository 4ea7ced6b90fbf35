import { openLoad, ready } from './load.mjs'
import { clientHeader, refreshTokenOf } from './world/grants.mjs'
import { sessionTokenOf } from './world/people.mjs'
import { drawPicture } from './world/picture.mjs'

// What only Atrium can make is made by it before it is copied: signing keys, pictures with their signed
// addresses, and access tokens.

const picturesCount = 20
export const accessTokensCount = 50

/** Asks a running Atrium for all of it. Refresh tokens are used up from `grantsFrom` on. */
export async function prepare({ origin }, grantsFrom) {
  const load = openLoad(origin, 1)
  const pictures = []
  for (let i = 0; i < picturesCount; i += 1) pictures.push(await upload(origin, i))
  const accessTokens = []
  for (let place = grantsFrom; place < grantsFrom + accessTokensCount; place += 1) {
    const body = { grant_type: 'refresh_token', refresh_token: refreshTokenOf(place) }
    const headers = { Authorization: clientHeader }
    const answer = await load.send(ready({ method: 'POST', path: '/oauth/token', headers, body }))
    if (answer.status !== 200) throw new Error(`no access token: ${answer.body}`)
    accessTokens.push(JSON.parse(answer.body.toString()).access_token)
  }
  load.close()
  return { pictures, accessTokens }
}

async function upload(origin, i) {
  const form = new FormData()
  form.set('profilePicture', new Blob([drawPicture(i)], { type: 'image/png' }), 'picture.png')
  const headers = { Authorization: `Bearer ${sessionTokenOf(i)}` }
  const response = await fetch(`${origin}/user/profile-picture`, {
    method: 'PATCH',
    headers,
    body: form,
  })
  const { data, ok } = await response.json()
  if (ok !== 1) throw new Error(`no picture: ${response.status}`)
  const { pathname, search } = new URL(data.signedUrl)
  return pathname + search
}
