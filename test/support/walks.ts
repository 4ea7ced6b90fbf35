import { expect } from 'vitest'
import { updateAccount } from '../../src/core/account-changes'
import { exportAccount } from '../../src/core/account-export'
import { getSecurity } from '../../src/core/account-security'
import { setDisabled } from '../../src/core/administration'
import { block, unblock } from '../../src/core/blocks'
import { completeSecondFactor } from '../../src/core/challenges'
import { deleteAccount } from '../../src/core/deletion'
import { describeSession } from '../../src/core/devices'
import { confirmEmail, disownEmail, resendConfirmation } from '../../src/core/email-confirmation'
import { listFollows, listOwnFollows } from '../../src/core/follow-lists'
import {
  acceptFollow,
  follow,
  getFollowStatus,
  removeFollow,
  unfollow,
} from '../../src/core/follows'
import { checkHealth } from '../../src/core/health'
import { listInviteCodes } from '../../src/core/invites'
import { listLoginHistory } from '../../src/core/login-history'
import { drainOutbox } from '../../src/core/outbox'
import { addPhoto, deletePhoto, getOwnPortrait, getPortrait } from '../../src/core/photos'
import { openPicture, removePicture, setPicture } from '../../src/core/pictures'
import { getPerson } from '../../src/core/profiles'
import { requestReset, resetPassword } from '../../src/core/recovery'
import { registerAccount } from '../../src/core/registration'
import { searchPeople, searchPortraits } from '../../src/core/search'
import { endAllSessions, endOtherSessions, endSession } from '../../src/core/session-endings'
import { endSessionById, listSessions } from '../../src/core/session-list'
import { setMailedSecondFactor } from '../../src/core/two-factor'
import { sweepExpired } from '../../src/core/upkeep'
import { openUpload, storeUpload } from '../../src/core/uploads'
import {
  newSignedIn,
  newTwoFactorAccount,
  newUnconfirmed,
  password,
  registration,
  startSignIn,
  tryLogin,
  viewerOf,
} from './accounts'
import { codeFrom } from './app'
import { callerWith, change, clientAt, refusal, testCore } from './core'
import { picture } from './png'

/**
 * Every core function once, on the way that is usual and on the ones that are not, for those who
 * watch what it takes.
 */

type Bindings = { readonly [name: string]: unknown }

const client = clientAt(1)
const own = { targetId: null, currentPassword: null }

/** Accounts, sessions and mails. */
export async function walkTheAccounts(bindings: Bindings): Promise<void> {
  const atrium = testCore(bindings)
  const { account, token, viewer, deviceToken } = await newTwoFactorAccount(atrium)
  const caller = callerWith(token)
  const known = clientAt(1, { deviceToken, formerToken: token })
  const { challengeToken, code } = await startSignIn(atrium, account, known)
  const input = { challengeToken, code, accountId: account.id }
  await atrium.request((core) => completeSecondFactor(core, input, client))
  await refusal(tryLogin(atrium, { email: account.email }, { password: 'wrong one' }))

  const unconfirmed = await newUnconfirmed(atrium)
  await atrium.request((core) => resendConfirmation(core, { id: unconfirmed.id }))
  await refusal(atrium.request((core) => resendConfirmation(core, caller)))
  await newUnconfirmed(
    atrium,
    registration({ email: unconfirmed.email, replacesUnconfirmed: true }),
  )
  const text = atrium.mails[0]?.text.split('\n') ?? []
  const disownCode = text.filter((line) => /^\w{5}(-\w{5}){5}$/.test(line))[1] ?? ''
  await atrium.request((core) => disownEmail(core, disownCode))

  const other = await newSignedIn(atrium)
  await atrium.request((core) => listSessions(core, callerWith(other.token)))
  await atrium.request((core) => describeSession(core, callerWith(other.token)))
  await atrium.request((core) => endSessionById(core, other.viewer, 'some id'))
  for (const before of [{ at: atrium.now }, { id: 'some id' }]) {
    const page = { limit: 10, before }
    await atrium.request((core) => listLoginHistory(core, callerWith(other.token), page))
  }
  await atrium.request((core) => getPerson(core, callerWith(other.token), account.id))

  await atrium.request((core) => getSecurity(core, callerWith(other.token)))
  await atrium.request(async (core) => {
    for await (const part of exportAccount(core, other.viewer)) expect(part.section).toBeDefined()
  })
  await atrium.request((core) => endOtherSessions(core, other.viewer))

  const email = `new.${other.account.email}`
  const everything = { email, username: `n.${other.account.username}`, profile: { bio: 'b' } }
  const changes = { ...everything, password: 'another long one', isPrivate: true, firstName: 'A' }
  const proof = { targetId: null, currentPassword: password }
  await atrium.request((core) => updateAccount(core, other.viewer, changes, proof, client))
  const confirmation = { code: codeFrom(atrium.mails, email), accountId: other.account.id, token }
  await atrium.request((core) => confirmEmail(core, confirmation, client))

  await atrium.request((core) => requestReset(core, { email: account.email }, client))
  const reset = { code: codeFrom(atrium.mails, account.email), password: 'yet another long one' }
  await atrium.request((core) => resetPassword(core, reset, client))
  expect(await refusal(atrium.request((core) => listSessions(core, caller)))).toBeDefined()
  expect(viewer.account.number).toBe(account.number)

  const last = await newSignedIn(atrium)
  const factor = { isOn: true, currentPassword: null }
  await atrium.request((core) => setMailedSecondFactor(core, last.viewer, factor))
  await change("UPDATE accounts SET role = 'admin' WHERE number = ?", last.account.number)
  const admin = await viewerOf(atrium, last.token)
  for (const isDisabled of [true, false]) {
    const target = { accountId: account.id, isDisabled }
    await atrium.request((core) => setDisabled(core, admin, target))
  }
  const target = { ...own, targetId: account.id }
  await atrium.request((core) => updateAccount(core, admin, { role: 'user' }, target, client))
  atrium.pass(600)
  await atrium.request((core) => endSession(core, callerWith(other.token)))
  await atrium.request((core) => endAllSessions(core, callerWith(last.token)))
  await atrium.request((core) => deleteAccount(core, account))
  await atrium.request(checkHealth)
  await atrium.request(drainOutbox)
  await atrium.request(sweepExpired)
}

const orders = ['newest', 'oldest'] as const

/** Follows, blocks, searches and invitations. */
export async function walkTheGraph(bindings: Bindings): Promise<void> {
  const atrium = testCore(bindings)
  const [one, other] = [await newSignedIn(atrium), await newSignedIn(atrium)]
  const [caller, target] = [callerWith(one.token), other.account.id]
  const setPrivate = (isPrivate: boolean) =>
    atrium.request((core) => updateAccount(core, other.viewer, { isPrivate }, own, client))
  const request = async () => {
    await atrium.request((core) => follow(core, one.viewer, target))
    const page = { limit: 10, order: 'newest', after: null } as const
    const requests = await atrium.request((core) =>
      listOwnFollows(core, callerWith(other.token), 'requests', page),
    )
    return requests[0]?.entryId ?? ''
  }

  await atrium.request((core) => follow(core, one.viewer, target))
  await atrium.request((core) => getFollowStatus(core, caller, target))
  await atrium.request((core) => unfollow(core, one.viewer, target))
  await setPrivate(true)
  const accepted = await request()
  await atrium.request((core) => acceptFollow(core, other.viewer, accepted))
  for (const page of orders.flatMap((order) =>
    [null, atrium.now].map((after) => ({ limit: 10, order, after })),
  )) {
    for (const list of ['followers', 'following', 'requests'] as const) {
      await atrium.request((core) => listOwnFollows(core, caller, list, page))
      if (list !== 'requests') {
        await atrium.request((core) => listFollows(core, caller, target, list, page))
      }
    }
  }
  await atrium.request((core) => removeFollow(core, other.viewer, accepted))
  await request()
  await setPrivate(false)
  for (const text of ['person', 'pe', 'ada byr']) {
    await atrium.request((core) => searchPeople(core, caller, text, 10))
    await atrium.request((core) => searchPortraits(core, { token: null }, text, 10))
  }
  await atrium.request((core) => block(core, one.viewer, target))
  await atrium.request((core) => unblock(core, one.viewer, target))

  const invited = testCore({ ...bindings, INVITE_ONLY: 'true' })
  const codes = await invited.request((core) => listInviteCodes(core, caller))
  const email = `invited.${one.account.email}`
  for (const replacesUnconfirmed of [false, true]) {
    const input = registration({ email, replacesUnconfirmed, inviteCode: codes[0]?.code ?? '' })
    await invited.request((core) => registerAccount(core, input, client))
  }
  await atrium.request((core) => deleteAccount(core, other.account))
}

/** Pictures, uploads and photos. */
export async function walkTheFiles(bindings: Bindings): Promise<void> {
  const atrium = testCore(bindings)
  const { account, token, viewer } = await newSignedIn(atrium)
  for (let i = 0; i < 2; i += 1) {
    const bytes = await picture()
    const url = await atrium.request((core) => setPicture(core, viewer, bytes))
    const [, , accountId = '', secret = ''] = new URL(url).pathname.split('/')
    const { expires, signature = '' } = Object.fromEntries(new URL(url).searchParams)
    const link = { accountId, token: secret, expires: Number(expires), signature }
    await atrium.request(async (core) => (await openPicture(core, link)).arrayBuffer())
  }
  await atrium.request((core) => removePicture(core, viewer))

  const [name, type] = [crypto.randomUUID(), 'png']
  const body = new Blob(['png']).stream()
  await atrium.request((core) => storeUpload(core, viewer, { name, type, bytes: 3, body }))
  await atrium.request(async (core) => (await openUpload(core, { name, type })).object.text())
  const photo = { photoId: name, fileType: type, previewWidth: 1, previewHeight: 1 }
  await atrium.request((core) => addPhoto(core, viewer, photo))
  await atrium.request((core) => getOwnPortrait(core, callerWith(token)))
  await atrium.request((core) => getPortrait(core, { token }, account.number))
  await atrium.request((core) => deletePhoto(core, viewer, name))
}
