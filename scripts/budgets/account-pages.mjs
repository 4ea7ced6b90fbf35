import { password, pictureForm } from './people.mjs'

// The pages of an account, but for its security: who somebody is, and where they are signed in.

const form = { status: 303 }

export async function measureAccountPages({ measuring }, { member, signIn }) {
  const measure = measuring('account')
  const owner = await member('account_owner')
  const { jar, username } = owner
  await measure('GET /account', { jar })
  await measure('GET /account/profile', { jar })
  await measure('POST /account/profile', { ...form, body: profileOf(username), jar, budget: 1 })
  await measure('POST /account/profile/privacy', {
    ...form,
    body: { isPrivate: 'on' },
    jar,
    budget: 1,
  })
  const upload = { ...form, body: pictureForm('picture'), jar, budget: 3 }
  await measure('POST /account/profile/picture', upload)
  await measure('POST /account/profile/picture/remove', { ...form, jar })
  await measure('GET /account/history', { jar })
  await measureSessions(measure, owner, signIn)
  await measureData(measure, await member('account_leaving'))
}

const profileOf = (username) => ({
  firstName: 'John',
  lastName: 'Doe',
  username,
  pronouns: '',
  bio: 'Grab a straw',
  organization: '',
  customLink: '',
})

async function measureSessions(measure, { jar, username }, signIn) {
  await signIn(username)
  const page = await measure('GET /account/sessions', { jar })
  const id = /name="id" value="([^"]+)"/.exec(page)?.[1]
  await measure('POST /account/sessions/end', { ...form, body: { id }, jar })
  await signIn(username)
  await measure('POST /account/sessions/end-others', { ...form, jar })
  await measure('POST /account/sessions/end-all', { ...form, jar })
}

async function measureData(measure, { jar, username }) {
  await measure('GET /account/data', { jar })
  await measure('POST /account/data/export', { jar })
  await measure('GET /account/data/delete', { jar })
  const body = { username, currentPassword: password }
  await measure('POST /account/data/delete', { ...form, body, jar, budget: 3 })
}
