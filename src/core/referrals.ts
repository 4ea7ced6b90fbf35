import type { SQL } from 'drizzle-orm'
import { newReferralCode } from '../crypto/random'
import { type Query, run } from '../storage/database'
import { sql } from '../storage/sql'
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
      FROM accounts WHERE referral_code = ${code} AND disabled_at IS NULL`),
  )
  return found ?? null
}

/** The code of a new account, in SQL; NULL in the rare case that it was drawn before. */
export function drawReferralCode(): SQL {
  const code = newReferralCode()
  return sql`CASE WHEN EXISTS (SELECT 1 FROM accounts WHERE referral_code = ${code}) THEN NULL ELSE ${code} END`
}

/** Keeps by whose code a new account came, if `when` holds; a trigger counts a point for them. */
export function keepReferral(core: Core, number: number, code: string | null, when: SQL): Query {
  if (code === null) return core.db.nothing()
  return core.db.run(sql`INSERT INTO referrals (account_number, referral_code, referrer_number)
    SELECT made.number, made.referral_code, referrer.number FROM accounts AS made
    JOIN accounts AS referrer ON referrer.referral_code = ${code}
    WHERE made.number = ${number} AND made.referral_code IS NOT NULL AND ${when} ON CONFLICT DO NOTHING`)
}
