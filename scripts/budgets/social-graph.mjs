import { pictureForm } from './people.mjs'

// `social`: invitations, search, the follow graph and the picture.

export async function measureGraph({ measuring, send }, { member }) {
  const measure = measuring('social')
  const [fan, star] = [await member('graph_fan'), await member('graph_star')]
  const toward = (verb) =>
    measure(`POST /user/${verb}`, { body: { target: star.id }, jar: fan.jar })
  const ask = () => send('/user/follow', { body: { target: star.id }, jar: fan.jar })

  await measure('GET /user/invite-codes', { jar: fan.jar })
  await measure('GET /user/scopes', { budget: 0 })
  await measure('POST /user/search', { body: { query: 'graph' }, jar: fan.jar, budget: 1 })
  await toward('follow')
  await measure('GET /user/follow-status', {
    at: `/user/follow-status?target=${star.id}`,
    jar: fan.jar,
  })
  await measure('GET /user/followers', { jar: star.jar })
  await measure('GET /user/following', { jar: fan.jar })
  for (const side of ['followers', 'following']) {
    await measure(`GET /user/:userId/${side}`, { at: `/user/${star.id}/${side}`, jar: fan.jar })
  }
  await toward('unfollow')
  await send('/user/private', { body: { state: true }, jar: star.jar })
  await ask()
  const requests = await measure('GET /user/follow-requests', { jar: star.jar })
  const { _id: request } = requests.data.records[0]
  await measure('PATCH /user/follow-request', { body: { request }, jar: star.jar })
  await measure('DELETE /user/follow-entry', { body: { entry: request }, jar: star.jar })
  await ask()
  const open = { body: { state: false }, jar: star.jar }
  await measure('POST /user/private', { variant: 'with a request', ...open, budget: 1 })
  await toward('block')
  await toward('unblock')
  await measurePictures(measure, fan)
}

async function measurePictures(measure, { jar }) {
  const upload = { body: pictureForm('profilePicture'), jar, budget: 3 }
  await measure('PATCH /user/profile-picture', upload)
  await measure('PATCH /user/profile-picture', { variant: 'another', ...upload })
  await measure('DELETE /user/profile-picture', { jar })
}
