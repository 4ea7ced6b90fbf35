import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startLocalServer } from '../dev/local-server.mjs'
import { root } from '../dev/wrangler.mjs'
import { measureAccountPages } from './budgets/account-pages.mjs'
import { measureSecurityPages } from './budgets/account-security-pages.mjs'
import { measureAdministration } from './budgets/administration.mjs'
import { measureChat } from './budgets/chat.mjs'
import { createCounting } from './budgets/counting.mjs'
import { measureDirectory } from './budgets/directory.mjs'
import { measureEntrance } from './budgets/entrance-pages.mjs'
import { measureOAuth } from './budgets/oauth.mjs'
import { measureGrants } from './budgets/oauth-grants.mjs'
import { createPeople } from './budgets/people.mjs'
import { measureRest } from './budgets/rest.mjs'
import { measureSite } from './budgets/site.mjs'
import { measureSocial } from './budgets/social.mjs'
import { measureGraph } from './budgets/social-graph.mjs'
import { findProblems, renderTables } from './budgets/table.mjs'
import { measureTalent } from './budgets/talent.mjs'
import { measureTalentEntrance } from './budgets/talent-entrance.mjs'

// Counts through the harness what each operation costs D1 and KV, prints the tables, and fails when a
// budget is broken or an operation is missing. With --write the tables replace those in ARCHITECTURE.md.

const begin = '<!-- made by `npm run budgets -- --write` -->'
const end = '<!-- end -->'

// What a password costs is not counted here, and nothing else that it takes changes with its rounds.
const vars = { PASSWORD_ITERATIONS: '1000', CLIENT_REGISTRATION: 'open' }
const server = await startLocalServer({ harness: true, vars })
const counting = createCounting(server)
try {
  const people = await createPeople(counting, server)
  const all = [
    measureSocial,
    measureGraph,
    measureSite,
    measureDirectory,
    measureChat,
    measureTalentEntrance,
    measureTalent,
    measureOAuth,
    measureGrants,
    measureEntrance,
    measureAccountPages,
    measureSecurityPages,
    measureAdministration,
    measureRest,
  ]
  for (const measureOne of all) await measureOne(counting, people)
} finally {
  await server.stop()
}

const tables = renderTables(counting.rows)
console.log(tables)
const problems = findProblems(counting.rows)
for (const problem of problems) console.error(problem)
if (process.argv.includes('--write') && problems.length === 0) write()
process.exit(problems.length === 0 ? 0 : 1)

function write() {
  const file = join(root, 'ARCHITECTURE.md')
  const text = readFileSync(file, 'utf8')
  const [before] = text.split(begin)
  const after = text.slice(text.indexOf(end, before.length))
  writeFileSync(file, `${before}${begin}\n\n${tables}\n\n${after}`)
}
