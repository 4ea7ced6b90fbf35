import { updateAccount } from '../../src/core/account-changes'
import { addBookmark, listBookmarks, removeBookmark } from '../../src/core/bookmarks'
import { deleteAccount } from '../../src/core/deletion'
import { findPortfolios, type PortfolioFilters } from '../../src/core/portfolio-search'
import { getOwnPortfolio, getPortfolio } from '../../src/core/portfolios'
import { findReferrer } from '../../src/core/referrals'
import { registerAccount } from '../../src/core/registration'
import { newSignedIn, registration } from './accounts'
import { callerWith, clientAt, rowsOf, testCore } from './core'

type Bindings = { readonly [name: string]: unknown }

const range = { completenessMin: 0, completenessMax: 100, persona: null, isOwn: false }

/** Every kind of search, each as another statement. */
function* searches(): Generator<PortfolioFilters> {
  const many = Array.from({ length: 31 }, (_, i) => `tag ${i}`)
  for (const text of [null, 'ad', 'ada']) {
    for (const tags of [[], ['sql'], many]) {
      for (const role of [null, 'user', 'admin'] as const) yield { ...range, text, tags, role }
    }
  }
  yield { ...range, text: 'ada', tags: ['sql'], role: 'user', persona: 'creator', isOwn: true }
}

/** Tags, what is achieved and shown, referrals, bookmarks, and searching for all that. */
export async function walkThePortfolios(bindings: Bindings): Promise<void> {
  const atrium = testCore({ ...bindings, THROTTLE: 'off' })
  const [one, other] = [await newSignedIn(atrium), await newSignedIn(atrium)]
  const [caller, target] = [callerWith(one.token), other.account.id]
  const changes = { tags: ['SQL', 'Chess'], profile: { bio: 'I compute.' } }
  const own = { targetId: null, currentPassword: null }
  await atrium.request((core) => updateAccount(core, one.viewer, changes, own, clientAt(1)))
  await atrium.request((core) => getOwnPortfolio(core, caller))
  await atrium.request((core) => getPortfolio(core, caller, target))

  const [row] = await rowsOf<{ code: string }>('SELECT referral_code AS code FROM accounts LIMIT 1')
  const referralCode = row?.code ?? ''
  await atrium.request((core) => findReferrer(core, referralCode))
  const input = registration({ referralCode, isRepeatable: true })
  for (let i = 0; i < 2; i += 1) {
    await atrium.request((core) => registerAccount(core, input, clientAt(1)))
  }

  const bookmarkId = await atrium.request((core) => addBookmark(core, one.viewer, target))
  await atrium.request((core) => listBookmarks(core, caller, { page: 1, limit: 10 }))
  await atrium.request((core) => removeBookmark(core, one.viewer, bookmarkId))
  for (const filters of searches()) {
    await atrium.request((core) => findPortfolios(core, caller, filters, { page: 1, limit: 10 }))
  }
  await atrium.request((core) => deleteAccount(core, one.account))
}
