import { type SQL, sql } from 'drizzle-orm'
import { newReferralCode } from '../crypto/random'
import { type Query, run } from '../storage/database'
import type { Core } from './context'
import { achievementTotals } from './portfolios'

/** Bringing others in: a code per account, and a count of those who came by it. */

/** As many as the achievement asks for; more are welcome, and counted as well. */
export const referralsExpected = achievementTotals.referral

export interface Referrer {
  readonly accountId: string
  readonly role: 'user' | 'admin'
  /** How many came by the code. */
  readonly count: number
}

/** Whose code it is; null for nobody's. One round trip. */
export async function findReferrer(core: Core, code: string): Promise<Referrer | null> {
  const [[found]] = await run(
    core.db,
    core.db.all<Referrer>(sql`SELECT accounts.id AS accountId, role,
      COALESCE((SELECT achieved FROM achievements WHERE achievement = 'referral'
        AND achievements.account_number = accounts.number), 0) AS count
      FROM referrals JOIN accounts ON accounts.number = referrals.account_number
      WHERE referral_code = ${code} AND disabled_at IS NULL`),
  )
  return found ?? null
}

/**
 * What every new account is made with, if `when` holds: a code of its own, and whose code it came by,
 * for which a trigger counts a point.
 */
export function insertReferral(
  core: Core,
  number: number,
  referralCode: string | null,
  when: SQL,
): Query {
  const referrer = sql`(SELECT account_number FROM referrals WHERE referral_code = ${referralCode})`
  return core.db.run(sql`INSERT INTO referrals (account_number, referral_code, referrer_number)
    SELECT ${number}, ${newReferralCode()}, ${referrer} WHERE ${when} ON CONFLICT DO NOTHING`)
}
