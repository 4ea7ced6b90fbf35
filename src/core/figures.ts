import { idsFrom } from '../crypto/random'
import { type Query, run } from '../storage/database'
import { sql } from '../storage/sql'
import { requireAdministrator } from './administrators'
import type { Core } from './context'
import { authenticate, type Caller, type Viewer } from './sessions'

/**
 * How many people sign up, sign in and fail to. Counted by the hour from the rows that tell of it, so that
 * no request pays for it and counting again changes nothing.
 */

const hourMs = 60 * 60 * 1000
const dayMs = 24 * hourMs
/** The one that is running and those that may have ended since they were counted last. */
const hoursCounted = 3

/**
 * Counts the current hour and the two before it anew. What it reads is what happened in them. One round
 * trip.
 */
export async function countFigures(core: Core): Promise<void> {
  const current = core.now - (core.now % hourMs)
  const hours = Array.from({ length: hoursCounted }, (_, i) => current - i * hourMs)
  const counting = hours.map((hour) =>
    core.db.run(sql`INSERT INTO hourly_figures (hour, sign_ups, sign_ins, failed_sign_ins)
      SELECT ${hour}, (SELECT COUNT(*) FROM accounts WHERE id >= ${idsFrom(hour)} AND id < ${idsFrom(hour + hourMs)}),
        COALESCE(SUM(success), 0), COALESCE(SUM(NOT success), 0)
      FROM login_history WHERE id >= ${idsFrom(hour)} AND id < ${idsFrom(hour + hourMs)}
      ON CONFLICT (hour) DO UPDATE SET sign_ups = excluded.sign_ups, sign_ins = excluded.sign_ins,
        failed_sign_ins = excluded.failed_sign_ins`),
  )
  await run(core.db, ...(counting as [Query]))
}

export interface DayFigures {
  /** When the day began, in UTC. */
  readonly day: number
  readonly signUps: number
  readonly signIns: number
  readonly failedSignIns: number
}

/** The figures of the last days, today last; a day on which nothing was counted has zeros. Fails with forbidden. One round trip. */
export async function readFigures(
  core: Core,
  caller: Caller,
  days: number,
): Promise<{ viewer: Viewer; figures: DayFigures[] }> {
  const today = core.now - (core.now % dayMs)
  const first = today - (days - 1) * dayMs
  const { viewer, rows } = await authenticate(
    core,
    caller,
    core.db.all<DayFigures>(sql`SELECT hour AS day, sign_ups AS signUps, sign_ins AS signIns,
        failed_sign_ins AS failedSignIns FROM hourly_figures WHERE hour >= ${first} ORDER BY hour`),
  )
  requireAdministrator(viewer)
  const figures = Array.from({ length: days }, (_, i) => ({
    day: first + i * dayMs,
    signUps: 0,
    signIns: 0,
    failedSignIns: 0,
  }))
  for (const { day: hour, signUps, signIns, failedSignIns } of rows[0]) {
    const figure = figures[Math.floor((hour - first) / dayMs)]
    if (!figure) continue
    figure.signUps += signUps
    figure.signIns += signIns
    figure.failedSignIns += failedSignIns
  }
  return { viewer, figures }
}
