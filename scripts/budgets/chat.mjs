import { bearing, password } from './people.mjs'

// `chat`, in the order of its document, and the uploads that photos rest on.

const deviceInfo = {
  id: '0F4E1EA6-9F2F-4239-96EC-64CBFC7E4815',
  name: 'A phone',
  model: 'Phone 1',
  transport: 'none',
}
const username = 'chat_user'
const basic = (secret) => ({ Authorization: `Basic ${btoa(`${username}:${secret}`)}` })

export async function measureChat({ measuring, send }) {
  const measure = measuring('chat')
  const body = { name: 'John Doe', username, password, deviceInfo }
  await measure('POST /users', { body })
  const signIn = (secret) => ({ body: { deviceInfo }, headers: basic(secret) })
  const self = await measure('POST /users/login', { ...signIn(password), budget: 3 })
  const headers = bearing(self.deviceSessions[0].accessToken)
  await measure('GET /users/me', { headers })
  await measure('PUT /users/me', { body: { about: 'Grab a straw' }, headers, budget: 1 })
  await measure('PUT /users/me/device', {
    body: { deviceName: 'Another phone' },
    headers,
    budget: 3,
  })
  await measure('GET /users/:id', { at: `/users/${self.id}` })
  await measure('GET /users', { at: '/users?s=hat_us' })
  await measurePhotos(measure, headers)

  const accountKey = 'a key of twenty-five letters or more'
  await measure('PUT /users/me/setAccountKey', {
    body: { password, accountKey },
    headers,
    budget: 3,
  })
  const changed = { oldPassword: password, newPassword: 'another password' }
  await measure('PUT /users/me/changePassword', { body: changed, headers })
  await measure('POST /users/me/logout', { headers })
  const reset = { userId: self.id, accountKey, newPassword: password }
  await measure('PUT /users/resetPassword', { body: reset })
  const again = await send('/chat/users/login', signIn(password))
  await measure('DELETE /users/me', { headers: bearing(again.deviceSessions[0].accessToken) })
  await send('/chat/users', { body: { ...body, name: 'Jane Doe', username: 'chat_other' } })
  const other = { Authorization: `Basic ${btoa(`chat_other:${password}`)}` }
  await measure('DELETE /users/me', { variant: 'by password', headers: other, budget: 3 })
}

async function measurePhotos(measure, headers) {
  const name = await measure('POST /uploads', {
    body: 'not a picture',
    headers: { ...headers, 'Content-Type': 'png' },
    budget: 3,
  })
  await measure('GET /uploads/:file', { at: `/uploads/${name}` })
  const [id] = name.split('.')
  const photo = { id, fileType: 'png', fileSize: 13 }
  await measure('POST /users/me/photos', { body: { photo }, headers })
  await measure('DELETE /users/me/photos/:photoId', {
    at: `/users/me/photos/${id}`,
    headers,
    budget: 3,
  })
}
