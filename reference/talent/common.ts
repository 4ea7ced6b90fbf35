import type { Operation } from '../describe'

/** What many operations of this API have in common. */

/** A request that a person makes by their token. */
export function personal<M extends Operation['method']>(method: M, path: string) {
  return { method, path, security: ['bearer'] } as const
}

/** Ways to fail of whatever asks for a token. */
export const authenticated = ['not_authenticated', 'missing_scope'] as const

/** Whatever takes a body refuses one that has no fields, in words of its own. */
export function refusingLists(operation: Operation): Operation {
  const { body, refused = [] } = operation
  return body ? { ...operation, refused: [...refused, { in: 'body', sent: [] }] } : operation
}

/** What is said of a password that would not do. */
export const weakPasswords = (['too_short', 'too_common', 'is_own_word'] as const).map((rule) => {
  return { code: 'invalid_input', issues: [{ field: 'password', rule }] } as const
})
