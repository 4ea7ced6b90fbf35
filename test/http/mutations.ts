import { code, create, move, rekey, rename, resend, reset, verify } from './account-mutations'
import type { Mutation } from './attempts'
import {
  accepting,
  asking,
  blocking,
  declining,
  following,
  hiding,
  revealing,
  unblocking,
  unfollowing,
} from './graph-mutations'
import { picturing, unpicturing } from './picture-mutations'
import { complete, ending, logIn, logInGuarded, switching } from './session-mutations'

/** Every request of `social` that changes something. */

/** In this order: the last one ends the sessions that the others use. */
export const mutations: readonly Mutation[] = [
  create,
  verify,
  resend,
  logIn,
  logInGuarded,
  complete,
  switching(true),
  switching(false),
  code,
  reset,
  rename,
  move,
  rekey,
  hiding,
  revealing,
  following,
  asking,
  unfollowing,
  accepting,
  declining,
  blocking,
  unblocking,
  picturing,
  unpicturing,
  ending('logout'),
  ending('logout-all'),
]
