import { code, create, hide, move, rekey, rename, resend, reset, verify } from './account-mutations'
import type { Mutation } from './attempts'
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
  hide,
  rename,
  move,
  rekey,
  ending('logout'),
  ending('logout-all'),
]
