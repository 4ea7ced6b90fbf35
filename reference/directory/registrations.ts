import { type Operation, refusedBodies } from '../describe'

/** What the two registrations and the sign-in have in common. */

export const newUser = {
  username: 'myusername',
  password: 'my$up3erP@ssw0rd',
  email: 'my@email.com',
}

export const refusedRegistrations = refusedBodies(
  newUser,
  { username: undefined, email: undefined },
  { username: 7 },
  { email: null },
  { password: 7 },
  { password: '' },
  { username: 'x'.repeat(1025) },
)

/** Both registrations end in the same ways but one. */
export const registrationFailures = [
  { code: 'invalid_input', issues: [{ field: 'username', rule: 'format' }] },
  { code: 'invalid_input', issues: [{ field: 'username', rule: 'reserved' }] },
  { code: 'invalid_input', issues: [{ field: 'email', rule: 'format' }] },
  { code: 'invalid_input', issues: [{ field: 'password', rule: 'too_common' }] },
  { code: 'invalid_input', issues: [{ field: 'password', rule: 'is_own_word' }] },
  'taken',
  'too_many_attempts',
] as const satisfies Operation['failures']

/** A token that is none, and that of an application which may not act for all of an account. */
export const notLetIn = ['not_authenticated', 'missing_scope'] as const
