import type { Scope } from '../../core/scopes'
import * as credentials from '../../http/credentials'

/** Delegated calls: the scope is what an application would need; a session has every one. */

export const session = (scope: Scope) => credentials.session({ scope, needsConfirmedEmail: true })
export const caller = (scope: Scope) => credentials.caller({ scope, needsConfirmedEmail: true })
