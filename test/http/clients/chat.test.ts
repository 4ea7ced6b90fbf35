import { expect, inject, test } from 'vitest'
import { createClient, type DeviceInfo } from '../../../dist/clients/chat'
import { newUsername, password } from '../harness'

const origin = inject('origin')

const laptop: DeviceInfo = {
  id: '9A8E4B52-3C1D-4E6F-8A7B-5C2D1E0F9A3B',
  name: 'My laptop',
  model: 'MacBook Pro',
  transport: 'web',
}

test('the client of chat registers, logs in, shows a photo and leaves', async () => {
  const username = newUsername()
  let bearer = ''
  const chat = createClient({ origin, credentials: () => ({ bearer }) })
  const byName = createClient({ origin, credentials: () => ({ basic: { username, password } }) })

  const registered = await chat.registerUser({
    body: { name: 'Ada Byron', username, password, deviceInfo: laptop },
  })
  if (!registered.ok) throw new Error(registered.body.reason)
  const signedIn = await byName.loginUser({ body: { deviceInfo: laptop } })
  if (!signedIn.ok) throw new Error(signedIn.body.reason)
  expect(signedIn.body.deviceSessions.map(({ deviceInfo }) => deviceInfo)).toEqual([laptop])
  bearer = signedIn.body.deviceSessions[0]?.accessToken ?? ''

  const uploaded = await chat.uploadFile({ body: new Blob(['words'], { type: 'text/plain' }) })
  if (!uploaded.ok) throw new Error(uploaded.body.reason)
  const [id = '', fileType = ''] = uploaded.body.split('.')
  const shown = await chat.addPhoto({ body: { photo: { id, fileType, fileSize: 5 } } })
  if (!shown.ok) throw new Error(shown.body.reason)
  const file = await chat.getFile({ params: { file: uploaded.body } })
  if (!file.ok) throw new Error(`it answered ${file.status}`)
  expect(await file.body.text()).toBe('words')

  const found = await chat.getUser({ params: { id: String(registered.body.id) } })
  expect(found).toMatchObject({ ok: true, body: { name: 'Ada Byron', photos: [{ id }] } })
  expect(await byName.deregisterUser()).toMatchObject({ ok: true, body: undefined })
  expect((await chat.getCurrentUser()).status).toBe(401)
})

test('the client of chat tells failures apart', async () => {
  const chat = createClient({ origin })
  const nobody = await chat.getCurrentUser()
  expect(nobody).toMatchObject({ ok: false, status: 401, body: { reason: 'Unauthorized' } })
  const mistaken = await chat.registerUser({
    body: { name: 'Ada', username: 'ada', password: 'short', deviceInfo: laptop },
  })
  expect(mistaken).toMatchObject({ ok: false, status: 400, body: { error: true } })
  // @ts-expect-error: a failure has a reason and no name
  expect(mistaken.body.name).toBeUndefined()
})
