import { assumed, databaseGbMax, monthOfPerson, planDollars, pricesAsOf } from './prices.mjs'
import { table } from './report.mjs'

// The page that costs.mjs computes, in words.

const round = (number, places = 1) => String(Number(number.toFixed(places)))
const whole = (number) => Math.round(number).toLocaleString('en')
const dollars = (number) => `$${number.toFixed(2)}`
/** Two digits are more than an estimate knows. */
const about = (number) => whole(Number(number.toPrecision(2)))

export function renderCosts(given) {
  const { perRequest, bill, totalDollars, fullAt, busyAt, databaseMs, sizes, people } = given
  return `# What Atrium costs

Made by \`npm run bench -- --costs\` from counted requests and Cloudflare's list prices of ${pricesAsOf}. Prices change,
and the counts are of this version: make it again before relying on it.

**${whole(people)} people who are there in a month cost about ${dollars(totalDollars)} a month**, which is
${dollars((totalDollars / people) * 1000)} for a thousand of them. One D1 database is full at about ${about(fullAt)} such
people and busy at about ${about(busyAt)}.

## What a person does in a month

This is an assumption, and the one that matters most: change \`monthOfPerson\` in \`bench/prices.mjs\` to what yours do.
The rest is counted, with throttles on, mail asked for, and what happens after the answer included.

${requestTable(perRequest)}

Assumed as well: ${assumed.cpuMsPerRequest} ms of CPU for a request and ${assumed.cpuMsPerPassword} ms more for a password;
${assumed.furtherMails} mails a person besides those counted; ${assumed.accountsPerActivePerson} accounts for each person who is there,
each with a picture of ${assumed.pictureKb} KB. An account takes ${whole(sizes.bytesPerAccount)} bytes with ten people followed, two
tags, one session and its place in the search, a sign-in ${whole(sizes.bytesPerSignIn)} more for ${assumed.monthsKept} months.

## The bill

${billTable(bill, totalDollars)}

Traffic costs nothing at Cloudflare. A person's month is ${whole(totalRequests())} requests.

## When one database is full or busy

A D1 database holds ${databaseGbMax} GB, and works on one query after the other. A person's month takes ${round(databaseMs, 0)} ms of its
time as measured here, in a local runtime; the busiest hour is assumed to have ${assumed.peak} times the average load, and
more than ${assumed.busyPart * 100} % of the time taken is busy. Where \`overloaded\` first shows in the logs, it is.

- **Full**: the space is taken by ${sharesText(sizes)}. Keep less first: \`LOGIN_HISTORY_DAYS\` and
  \`KNOWN_SOURCE_DAYS\` say how long a sign-in leaves a trace. Then the graph is what can be parted from the accounts, into a
  database of its own; it is work, because who may see whom is decided in the same statement that reads, and such a
  read would then take two round trips.
- **Busy with reads**: D1 makes read replicas at no price. Pages of follows, searches and other people's accounts may be
  answered from one that has the caller's last bookmark; who the caller is, never, because a revoked session must be dead
  at once. This is not built.
- **Busy with sign-ins**: most rows are written there. The first to go are rows that only tell: the sign-in history.
- **Beyond that**: one Atrium for each community or region, each with its own database. Accounts do not know of each
  other across them. An account may have 50,000 databases.
`
}

const totalRequests = () => Object.values(monthOfPerson).reduce((sum, times) => sum + times, 0)

/** The largest tables with their indexes, as parts of the whole. */
function sharesText({ shares, bytes }) {
  const parts = shares.map((share) => `\`${share.name}\` (${whole((100 * share.bytes) / bytes)} %)`)
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

function requestTable(perRequest) {
  return table(
    [
      'operation',
      'a month',
      'rows read',
      'rows written',
      'KV reads, writes',
      'R2 reads',
      'mails',
      'database ms',
    ],
    Object.entries(monthOfPerson).map(([name, times]) => {
      const { rowsRead, rowsWritten, kvReads, kvWrites, objectReads, mails, databaseMs } =
        perRequest[name]
      return [
        ...[
          name,
          times,
          round(rowsRead),
          round(rowsWritten),
          `${round(kvReads)}, ${round(kvWrites)}`,
        ],
        ...[round(objectReads), round(mails), round(databaseMs, 2)],
      ]
    }),
  )
}

function billTable(bill, totalDollars) {
  return table(
    ['what', 'a month', 'included', 'dollars'],
    [
      ['the plan', '', '', dollars(planDollars)],
      ...bill.map(({ name, units, included, dollars: cost, page }) => [
        ...[`[${name}](${page})`, whole(units), whole(included), dollars(cost)],
      ]),
      ['**all**', '', '', `**${dollars(totalDollars)}**`],
    ],
  )
}
