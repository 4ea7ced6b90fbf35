/**
 * What an application can be allowed to do, as a tree: whoever holds a scope holds all below it. A
 * session holds every one of its account.
 */

interface ScopeInfo {
  /** In words for the person who is asked. */
  readonly description: string
  readonly parent?: string
}

export const scopes = {
  '*': { description: 'Everything.' },
  'delegated:all': { description: 'See and manage your whole account.', parent: '*' },

  'delegated:profile:all': {
    description: 'See and manage your profile.',
    parent: 'delegated:all',
  },
  'delegated:profile:read': {
    description:
      'See your profile with your e-mail address and phone number, and the profiles that you can see.',
    parent: 'delegated:profile:all',
  },
  'delegated:profile:write': {
    description: 'Change your profile and your picture.',
    parent: 'delegated:profile:all',
  },
  'delegated:profile:search': {
    description: 'Search for people.',
    parent: 'delegated:profile:all',
  },
  'delegated:profile:2fa:write': {
    description: 'Switch your second factor on and off.',
    parent: 'delegated:profile:all',
  },
  'delegated:profile:login-history:read': {
    description: 'See when and from where you signed in.',
    parent: 'delegated:profile:all',
  },

  'delegated:social:all': {
    description: 'See and manage whom you follow, who follows you and whom you block.',
    parent: 'delegated:all',
  },
  'delegated:social:follow:read': {
    description: 'See whom you follow, who follows you and who asks to.',
    parent: 'delegated:social:all',
  },
  'delegated:social:follow:write': {
    description: 'Manage whom you follow and who follows you.',
    parent: 'delegated:social:all',
  },
  'delegated:social:follow:request': {
    description: 'Follow people.',
    parent: 'delegated:social:follow:write',
  },
  'delegated:social:follow:unfollow': {
    description: 'Stop following people.',
    parent: 'delegated:social:follow:write',
  },
  'delegated:social:follow:accept': {
    description: 'Accept those who ask to follow you.',
    parent: 'delegated:social:follow:write',
  },
  'delegated:social:follow:remove': {
    description: 'Remove followers, and decline those who ask.',
    parent: 'delegated:social:follow:write',
  },
  'delegated:social:block:write': {
    description: 'Block and unblock people.',
    parent: 'delegated:social:all',
  },
  'delegated:social:invite-code:read': {
    description: 'See your invite codes.',
    parent: 'delegated:social:all',
  },

  'admin:profile:write': {
    description: 'Change, close and delete the account of anybody, as an administrator.',
    parent: '*',
  },
  openid: { description: 'Know who you are.', parent: '*' },
  profile: { description: 'See your name, your username and your picture.', parent: '*' },
  email: { description: 'See your e-mail address.', parent: '*' },
  offline_access: { description: 'Stay connected while you are away.', parent: '*' },

  'client:oauth:introspect': {
    description: 'Ask what a token is worth, as an application of its own.',
    parent: '*',
  },
} satisfies { readonly [name: string]: ScopeInfo }

export type Scope = keyof typeof scopes

/** What an application holds for itself; the others it can only hold for a person. */
export const clientScopes: readonly Scope[] = ['client:oauth:introspect']

/** What a person can let an application do. */
export const personScopes: readonly Scope[] = toScopes(Object.keys(scopes)).filter(
  (scope) => scope !== '*' && !clientScopes.includes(scope),
)

/** What the session of an account holds. */
export function scopesOf({ role }: { readonly role: string }): readonly Scope[] {
  return role === 'admin' ? ['delegated:all', 'admin:profile:write'] : ['delegated:all']
}

/** Those of the names that are scopes. */
export function toScopes(names: readonly string[]): Scope[] {
  return names.filter((name): name is Scope => Object.hasOwn(scopes, name))
}

/** Whether what is held covers a scope: by its name, or as one above it. */
export function holds(held: readonly Scope[], scope: Scope): boolean {
  if (held.includes(scope)) return true
  const { parent }: ScopeInfo = scopes[scope]
  return parent !== undefined && holds(held, parent as Scope)
}

/** A scope, and under which one it stands; the root stands under none. */
export function describeScopes(): { name: Scope; description: string; parent: string | null }[] {
  return Object.entries<ScopeInfo>(scopes).map(([name, { description, parent = null }]) => ({
    name: name as Scope,
    description,
    parent,
  }))
}
