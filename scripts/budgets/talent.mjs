import { codeOfApp, password } from './people.mjs'

// `talent`: one's own account, other people, bookmarks and the second factor.

export async function measureTalent({ measuring, code }, { administrator, member }) {
  const measure = measuring('talent')
  const { id, headers } = await member('talent_user')
  await measure('GET /v1/account', { headers })
  const profile = { bio: { title: 'Engineer' }, talent: { tags: ['web3', 'crypto', 'devops'] } }
  await measure('PATCH /v1/account/update', { body: { profile }, headers, status: 202, budget: 1 })
  const chosen = { skillCategory: 'Developer', type: 'creator' }
  await measure('POST /v1/account/onboard', { body: chosen, headers, budget: 1 })
  await measure('GET /v1/account/user/:id', { at: `/v1/account/user/${id}`, headers })
  await measure('GET /v1/account/user', { headers })
  const filters = 'search=ohn&tags=web3&profileCompletenessMin=10'
  await measure('GET /v1/account/user', {
    variant: 'filtered',
    at: `/v1/account/user?${filters}`,
    headers,
  })
  const bookmark = { reference: administrator.id, type: 'user' }
  const { data } = await measure('POST /v1/bookmark', { body: bookmark, headers })
  await measure('GET /v1/bookmark', { headers })
  await measure('DELETE /v1/bookmark/:id', { at: `/v1/bookmark/${data._id}`, headers })
  await measureSecondFactor(measure, { headers, code })
  const changed = { oldPassword: password, newPassword: 'another password' }
  await measure('PUT /v1/account/password/change', { body: changed, headers, status: 202 })
  await measure('POST /v1/account/logout', { headers })
  const other = await member('talent_other')
  await measure('POST /v1/account/delete-account', {
    body: { password },
    headers: other.headers,
    budget: 3,
  })
}

async function measureSecondFactor(measure, { headers, code }) {
  const second = (name, body, more) =>
    measure(`POST /v1/account/${name}`, { body, headers, ...more })
  await second('initiate/2fa', { type: 'email' }, { variant: 'mailed', status: 202 })
  await second('activate/2fa', { code: await code() }, { variant: 'mailed', budget: 3 })
  await second('2fa/email', { password }, { budget: 3 })
  await second('deactivate/2fa', { code: await code() }, { variant: 'mailed', budget: 3 })
  const app = { variant: 'app' }
  const initiated = await second('initiate/2fa', { type: 'google_auth' }, { ...app, status: 202 })
  const shown = { code: await codeOfApp(initiated.data.secret) }
  const activated = await second('activate/2fa', shown, { ...app, budget: 3 })
  const [backupCode] = activated.data.backupCodes
  await second('deactivate/2fa', { code: backupCode }, { ...app, budget: 3 })
}
