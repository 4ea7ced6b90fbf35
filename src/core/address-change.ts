import type { SQL } from 'drizzle-orm'
import type { Query } from '../storage/database'
import { sql } from '../storage/sql'
import type { Account } from './accounts'
import type { Client, Core } from './context'
import { confirmationQuotas, prepareConfirmation } from './email-confirmation'
import { emailKey } from './identifiers'
import { type Bucket, hourlyQuota, reserve } from './throttle'

/** Asking for another address. It takes effect when its mailbox answers, in email-confirmation.ts. */

export interface PreparedAddressChange {
  /** Columns that change at once. */
  readonly assignments: readonly SQL[]
  /** Whether somebody has confirmed the address already, in SQL. */
  readonly isTaken: SQL
  /** When the hour ends in which too many codes were mailed, in SQL; NULL when none more is refused. */
  readonly quotaEnd: SQL
  /** Owes the code, if `when` holds. */
  statements(when: SQL): readonly Query[]
  sendSoon(): void
}

const nothing: PreparedAddressChange = {
  assignments: [],
  isTaken: sql`0`,
  quotaEnd: sql`NULL`,
  statements: () => [],
  sendSoon: () => undefined,
}

export async function prepareAddressChange(
  core: Core,
  target: Account,
  email: string | undefined,
  username: string,
  client: Client,
): Promise<PreparedAddressChange> {
  if (email === undefined) return nothing
  const key = emailKey(email)
  if (key === emailKey(target.email ?? '')) {
    // Another spelling of the same address is not another address.
    const spelling = sql`email = CASE WHEN email_key = ${key} THEN ${email} ELSE email END`
    return { ...nothing, assignments: [spelling] }
  }
  const confirmation = await prepareConfirmation(core, {
    kind: 'confirm_new_email',
    account: sql`${target.number}`,
    username,
    address: email,
  })
  const quotas = core.settings.throttle
    ? [accountQuota(core, target), ...(await confirmationQuotas(core, email, client))]
    : []
  return {
    assignments: [],
    isTaken: sql`EXISTS (SELECT 1 FROM accounts WHERE email_key = ${key}
      AND number <> ${target.number} AND email_verified_at IS NOT NULL)`,
    quotaEnd: endOfFull(core, quotas),
    statements: (when) => [
      ...quotas.map((quota) => reserve(core, quota, when)),
      ...confirmation.statements(when),
    ],
    sendSoon: confirmation.sendSoon,
  }
}

/** A session must not write to as many addresses as it likes. */
function accountQuota(core: Core, { number }: Account): Bucket {
  return hourlyQuota(sql`${`address-changes:${number}`}`, core.settings.confirmationCodesPerHour)
}

function endOfFull(core: Core, quotas: readonly Bucket[]): SQL {
  const ends = quotas.map(
    ({ key, max }) => sql`UNION SELECT expires_at FROM throttles
      WHERE key = ${key} AND count >= ${max} AND expires_at > ${core.now}`,
  )
  return sql`(SELECT MAX(expires_at) FROM (SELECT NULL AS expires_at ${sql.join(ends)}))`
}
