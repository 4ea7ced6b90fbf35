import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../dev/wrangler.mjs'
import { startContestant } from './contestant.mjs'
import { renderCosts } from './costs-page.mjs'
import { operations } from './operations.mjs'
import { assumed, databaseGbMax, monthOfPerson, planDollars, prices } from './prices.mjs'
import { record } from './recordings.mjs'
import { mean } from './statistics.mjs'
import { makeWorld, passwordVars } from './world/make.mjs'
import { openState } from './world/state.mjs'

// What a million people a month cost, from what their requests were counted to do.

const people = 1_000_000
const accounts = 20_000
const counted = 200
const monthMs = 30 * 24 * 60 * 60 * 1000

/** Counts every operation with throttles on and mail asked for, as deployed, and writes bench/COSTS.md. */
export async function writeCosts({ bundles, place, progress }) {
  const state = join(place, 'costs')
  const world = {
    accounts,
    ...(await makeWorld(state, { accounts, grants: counted, bundles, progress })),
  }
  const { recorder: bundle, mail } = bundles
  const vars = { ...passwordVars(false), THROTTLE: 'on' }
  const shares = sharesOf(state)
  const perRequest = {}
  let bytesPerSignIn = 0
  const report = progress.phase('counting', Object.keys(monthOfPerson).length)
  for (const [done, name] of Object.keys(monthOfPerson).entries()) {
    const before = usedBytes(state)
    const recorder = await startContestant({ name: 'recorder', bundle, mail, state, vars })
    const { request } = operations.find((operation) => operation.name === name)
    const requests = Array.from({ length: counted }, (_, k) => request(k, world))
    // The first also does what an isolate does once.
    perRequest[name] = meanOf((await record(recorder, requests)).slice(1))
    await recorder.stop()
    if (name === 'login') bytesPerSignIn = (usedBytes(state) - before) / counted
    report(done + 1)
  }
  const sizes = {
    bytesPerAccount: world.bytes / accounts,
    bytesPerSignIn,
    shares,
    bytes: world.bytes,
  }
  const page = renderCosts({ perRequest, ...estimate(perRequest, sizes), sizes, people })
  writeFileSync(join(root, 'bench/COSTS.md'), page)
  return page
}

/** What is in use of a database, page by page as far as each is filled. */
function usedBytes(state) {
  const db = openState(state)
  const { bytes } = db.prepare('SELECT SUM(pgsize - unused) AS bytes FROM dbstat').get()
  db.close()
  return bytes
}

/** Which tables take how much, with their indexes, the largest first. */
function sharesOf(state) {
  const db = openState(state)
  const rows = db
    .prepare(`SELECT COALESCE(tbl_name, dbstat.name) AS name, SUM(pgsize) AS bytes
      FROM dbstat LEFT JOIN sqlite_master ON sqlite_master.name = dbstat.name
      GROUP BY 1 ORDER BY 2 DESC LIMIT 6`)
    .all()
  db.close()
  return rows
}

function meanOf(recordings) {
  const of = (count) => mean(recordings.map(count))
  const steps = (kind) =>
    of(({ before, after }) => [...before, ...after].filter((step) => step.kind === kind).length)
  return {
    rowsRead: of(({ whole }) => whole.rowsRead),
    rowsWritten: of(({ whole }) => whole.rowsWritten),
    databaseMs: of(({ whole }) => whole.databaseMs),
    kvReads: steps('read'),
    kvWrites: steps('write'),
    kvDeletes: steps('forget'),
    objectReads: steps('object'),
    mails: steps('mail'),
    passwords: Math.min(1, steps('derive')),
  }
}

function estimate(perRequest, { bytesPerAccount, bytesPerSignIn }) {
  const perPerson = (what) =>
    Object.entries(monthOfPerson).reduce(
      (sum, [name, times]) => sum + times * perRequest[name][what],
      0,
    )
  const requests = Object.values(monthOfPerson).reduce((sum, times) => sum + times, 0)
  const bytesPerPerson =
    assumed.accountsPerActivePerson * bytesPerAccount +
    assumed.monthsKept * monthOfPerson.login * bytesPerSignIn
  const whole = (what) => perPerson(what) * people
  const units = {
    requests: requests * people,
    cpuMs:
      (requests * assumed.cpuMsPerRequest + perPerson('passwords') * assumed.cpuMsPerPassword) *
      people,
    rowsRead: whole('rowsRead'),
    rowsWritten: whole('rowsWritten'),
    databaseGb: (bytesPerPerson * people) / 1e9,
    kvReads: whole('kvReads'),
    kvWrites: whole('kvWrites'),
    kvDeletes: whole('kvDeletes'),
    objectReads: whole('objectReads'),
    objectGb: (assumed.accountsPerActivePerson * people * assumed.pictureKb) / 1e6,
    mails: whole('mails') + assumed.furtherMails * people,
  }
  const bill = Object.entries(prices).map(([what, { name, included, per, dollars, page }]) => {
    const paid = Math.max(0, units[what] - included)
    return { name, units: units[what], included, dollars: (paid / per) * dollars, page }
  })
  const databaseMs = perPerson('databaseMs')
  return {
    bill,
    totalDollars: bill.reduce((sum, { dollars }) => sum + dollars, planDollars),
    fullAt: (databaseGbMax * 1e9) / bytesPerPerson,
    busyAt: (monthMs * assumed.busyPart) / (databaseMs * assumed.peak),
    databaseMs,
  }
}
