import type { SQL } from 'drizzle-orm'
import { newBackupCode } from '../crypto/random'
import { hashToken } from '../crypto/token'
import type { Query } from '../storage/database'
import { sql } from '../storage/sql'
import type { Core } from './context'

/** Codes to keep on paper for the day when the authenticator app is lost. Each counts once. */

const codesPerAccount = 10

export interface NewBackupCodes {
  /** To be shown once; only their hashes are stored. */
  readonly codes: readonly string[]
  /** Puts them in the place of older ones; `account` is a number in SQL, NULL for nothing to do. */
  statements(account: SQL): readonly Query[]
}

export async function prepareBackupCodes(core: Core): Promise<NewBackupCodes> {
  const codes = Array.from({ length: codesPerAccount }, newBackupCode)
  const hashes = JSON.stringify(await Promise.all(codes.map(hashToken)))
  return {
    codes,
    statements: (account) => [
      core.db.run(sql`DELETE FROM backup_codes WHERE account_number = ${account}
        AND code_hash NOT IN (SELECT value FROM json_each(${hashes}))`),
      core.db.run(sql`INSERT INTO backup_codes (code_hash, account_number)
        SELECT value, ${account} FROM json_each(${hashes}) WHERE ${account} IS NOT NULL
        ON CONFLICT (code_hash) DO NOTHING`),
    ],
  }
}

/** The hash of what was typed, in any case and with any spaces or hyphens; null for another kind of code. */
export async function backupCodeHash(typed: string): Promise<string | null> {
  const code = typed.toLowerCase().replace(/[\s-]/g, '')
  if (!/^[a-km-np-z2-9]{25}$/.test(code)) return null
  return hashToken(code.replace(/.{5}(?=.)/g, '$&-'))
}
