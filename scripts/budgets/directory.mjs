import { bearing, password } from './people.mjs'

// `directory`: what everybody may, and what its administrators may.

export async function measureDirectory({ measuring }, { administrator }) {
  const measure = measuring('directory')
  const body = { username: 'directory_user', email: 'directory@example.com', password }
  await measure('POST /users/register', { body })
  const { id, token } = await measure('POST /users/login', { body })
  await measure('GET /api/user', { headers: bearing(token) })
  await measure('POST /users/logout', { headers: bearing(token) })
  const again = await measure('POST /users/login', { variant: 'again', body })
  const everywhere = { body: { all: true }, headers: bearing(again.token) }
  await measure('POST /users/logout', { variant: 'everywhere', ...everywhere })

  const { headers } = administrator
  const made = { username: 'directory_made', email: 'made@example.com', password }
  await measure('POST /api/users', { body: made, headers, budget: 3 })
  await measure('GET /api/users', { headers, budget: 2 })
  await measure('GET /api/users', { variant: 'page of 2', at: '/api/users?limit=2', headers })
  const at = `/api/users/${id}`
  await measure('GET /api/users/:id', { at, headers })
  await measure('PUT /api/users/:id', { at, body: { action: 'disableLogin' }, headers })
  await measure('DELETE /api/users/:id', { at, headers })
}
