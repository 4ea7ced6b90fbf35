import type { Answer, Call, TestApp } from '../../support/app'
import { newUsername } from '../../support/social'

/** People of the `chat` document, each at an address of their own. */

export const password = '$uper&ecurePassw0rd'
export const otherPassword = 'another, quite long one'
export const accountKey = 'an account key of thirty-some'

export const dateShape = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/
export const uuidShape = /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/

let made = 0

export function newUuid(): string {
  made += 1
  return `C0FFEE00-0000-4000-8000-${made.toString(16).toUpperCase().padStart(12, '0')}`
}

export function newAddress(): string {
  made += 1
  return `2001:db8:c:${made.toString(16)}::1`
}

export function newDevice() {
  return { id: newUuid(), name: 'My laptop', model: 'MacBook', transport: 'none' }
}

export function basic(username: string, secret: string = password) {
  return { Authorization: `Basic ${btoa(`${username}:${secret}`)}` }
}

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })

export interface ChatPerson {
  readonly id: number
  readonly username: string
  readonly token: string
  readonly device: ReturnType<typeof newDevice>
  readonly answer: Answer
  /** A request by this person's session. */
  call(path: string, call?: Call): Promise<Answer>
}

export async function newChatPerson(
  app: TestApp,
  given: { name?: string; username?: string } = {},
): Promise<ChatPerson> {
  const { name = 'Ada Byron', username = newUsername() } = given
  const device = newDevice()
  const answer = await app.call('/chat/users', {
    body: { name, username, password, deviceInfo: device },
    headers: { 'CF-Connecting-IP': newAddress() },
  })
  if (answer.status !== 200) throw new Error(answer.text)
  const token = answer.json.deviceSessions[0].accessToken
  return {
    id: answer.json.id,
    username,
    token,
    device,
    answer,
    call: (path, call = {}) =>
      app.call(path, { ...call, headers: { ...bearer(token), ...call.headers } }),
  }
}

/** Signs in by name and password, from an address of its own unless `headers` say which. */
export function signIn(
  app: TestApp,
  username: string,
  given: { secret?: string; device?: unknown; headers?: Call['headers'] } = {},
): Promise<Answer> {
  const { secret = password, device = newDevice(), headers = {} } = given
  return app.call('/chat/users/login', {
    body: { deviceInfo: device },
    headers: { 'CF-Connecting-IP': newAddress(), ...basic(username, secret), ...headers },
  })
}

export const failure = (reason: string) => ({ error: true, reason })
