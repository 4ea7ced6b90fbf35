import type { Scope } from '../../src/core/scopes'
import type { WireIssue } from '../../src/http/body'
import type { AnyFailure } from '../../src/http/dialect'
import type { Operation } from '../describe'

/** A call on behalf of somebody: by their session, or by an application that holds the scope. */
export function delegated(scope: Scope, operation: Omit<Operation, 'security'>): Operation {
  const { method, description, failures } = operation
  const words = `Needs the scope \`${scope}\`, which every session has.`
  return {
    ...operation,
    description: description === undefined ? words : `${description} ${words}`,
    security: ['cookie', 'bearer'],
    failures: [
      'not_authenticated',
      { code: 'missing_scope', scope },
      'email_not_confirmed',
      // A cookie that another site may have made the browser send counts for nothing on a read.
      ...(method === 'get' ? [] : (['cross_origin'] as const)),
      ...failures,
    ],
  }
}

/** What an input is refused for besides its schema. */
export function wrong(field: string, value?: unknown, location: WireIssue['location'] = 'body') {
  const issue: WireIssue = { field, rule: 'format', location, ...(value ? { value } : {}) }
  return { code: 'invalid_input', issues: [issue] } satisfies AnyFailure
}

/** A user by something that is no id. */
export const noId = wrong('userId', 'john_doe', 'params')
