// Cloudflare's list prices in dollars, Workers Paid plan, and how people are supposed to use Atrium.
// Prices change: whoever relies on the page that is made of these looks them up again first.

export const pricesAsOf = 'August 2026'

const pages = {
  workers: 'https://developers.cloudflare.com/workers/platform/pricing/',
  d1: 'https://developers.cloudflare.com/d1/platform/pricing/',
  kv: 'https://developers.cloudflare.com/kv/platform/pricing/',
  r2: 'https://developers.cloudflare.com/r2/pricing/',
  mail: 'https://developers.cloudflare.com/email-service/platform/pricing/',
}

const million = 1_000_000

/** The plan itself. */
export const planDollars = 5

/** `included` units a month cost nothing; after them, `per` units cost `dollars`. */
export const prices = {
  requests: {
    name: 'requests',
    included: 10 * million,
    per: million,
    dollars: 0.3,
    page: pages.workers,
  },
  cpuMs: {
    name: 'CPU milliseconds',
    included: 30 * million,
    per: million,
    dollars: 0.02,
    page: pages.workers,
  },
  rowsRead: {
    name: 'D1 rows read',
    included: 25_000 * million,
    per: million,
    dollars: 0.001,
    page: pages.d1,
  },
  rowsWritten: {
    name: 'D1 rows written',
    included: 50 * million,
    per: million,
    dollars: 1,
    page: pages.d1,
  },
  databaseGb: { name: 'D1 gigabytes', included: 5, per: 1, dollars: 0.75, page: pages.d1 },
  kvReads: { name: 'KV reads', included: 10 * million, per: million, dollars: 0.5, page: pages.kv },
  kvWrites: { name: 'KV writes', included: million, per: million, dollars: 5, page: pages.kv },
  kvDeletes: { name: 'KV deletes', included: million, per: million, dollars: 5, page: pages.kv },
  objectReads: {
    name: 'R2 reads',
    included: 10 * million,
    per: million,
    dollars: 0.36,
    page: pages.r2,
  },
  objectGb: { name: 'R2 gigabytes', included: 10, per: 1, dollars: 0.015, page: pages.r2 },
  mails: { name: 'mails', included: 3_000, per: 1_000, dollars: 0.35, page: pages.mail },
}

/** What somebody who is there in a month does in it, by the names of operations.mjs. */
export const monthOfPerson = {
  register: 0.1,
  login: 4,
  'session check': 250,
  'own account': 60,
  'other account': 60,
  update: 1,
  follow: 5,
  'followers page': 20,
  search: 10,
  'talent search': 2,
  'OAuth refresh': 30,
  introspection: 100,
  'picture read': 100,
}

/** What cannot be counted here. */
export const assumed = {
  /** Of the Worker alone; a local runtime counts the database's time as well. */
  cpuMsPerRequest: 3,
  cpuMsPerPassword: 250,
  /** Mails besides the one at registration: resets and codes. */
  furtherMails: 0.2,
  accountsPerActivePerson: 2,
  pictureKb: 60,
  /** For how long what a sign-in leaves is kept: LOGIN_HISTORY_DAYS and KNOWN_SOURCE_DAYS. */
  monthsKept: 3,
  /** The busiest hour over the average one. */
  peak: 4,
  /** More than this part of a thread's time, and requests wait for each other. */
  busyPart: 0.6,
}

export const databaseGbMax = 10
