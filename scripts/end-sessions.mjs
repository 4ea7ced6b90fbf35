/**
 * Ends every session and grant of everybody, and everything that was about to become one: codes in
 * mails, sign-ins and authorizations under way. Only "this was not me" stays, as it lets nobody in.
 */
export const endEverything = [
  'UPDATE system SET global_epoch = global_epoch + 1',
  "DELETE FROM codes WHERE purpose <> 'disown'",
  'DELETE FROM challenges',
  'DELETE FROM authorization_codes',
  'DELETE FROM pushed_requests',
  // An application that nobody wanted would be let in again, unasked.
  'DELETE FROM consents',
]
