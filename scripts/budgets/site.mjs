import { password } from './people.mjs'

// `site`, in the order of its document.

export async function measureSite({ measuring, code }) {
  const measure = measuring('site')
  const jar = new Map()
  const email = 'site@example.com'
  const body = { username: 'site_user', email, password }
  await measure('POST /user/create', { body, jar })
  await measure('POST /user/auth', { body, jar })
  await measure('GET /user/logged', { jar })
  await measure('GET /user/profile/:username', { at: '/user/profile/site_user' })
  await measure('POST /user/logout', { jar })
  await measure('POST /user/password-reset-token', { body: { email } })
  const reset = { uuid: await code(), newPassword: 'another password' }
  await measure('POST /user/password-reset', { body: reset })
}
