/** Where the pages of an account are. */

/** The sections, as their navigation shows them. */
export const sections = [
  { path: '/account', label: 'Overview' },
  { path: '/account/profile', label: 'Profile' },
  { path: '/account/security', label: 'Security' },
  { path: '/account/sessions', label: 'Devices' },
  { path: '/account/applications', label: 'Applications' },
  { path: '/account/history', label: 'History' },
  { path: '/account/data', label: 'Your data' },
] as const

export type SectionPath = (typeof sections)[number]['path']

/** Pages below the sections. What else is below them is the target of a form. */
const subpages = [
  '/account/security/email',
  '/account/security/password',
  '/account/security/app',
  '/account/security/mail',
  '/account/security/off',
  '/account/data/delete',
]

/** The page that a form belongs to: the last one on the way to where it is sent. */
export function deepestPage(path: string): string {
  const pages = [...sections.map((section) => section.path), ...subpages]
  const above = pages.filter((page) => path === page || path.startsWith(`${page}/`))
  return above.sort((a, b) => b.length - a.length)[0] ?? '/account'
}
