import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { places, quiet } from '../dev/wrangler.mjs'

/** The options with which a command says what it works on. */
export const targetOptions = {
  remote: { type: 'boolean', default: false },
  env: { type: 'string', default: 'production' },
  harness: { type: 'boolean', default: false },
  'persist-to': { type: 'string' },
}

export const targetUsage = `  -- works on the state of \`npm run dev\`, or with one of these:
  --remote [--env staging]   the deployed database and bucket
  --harness                  the state of \`npm run dev:harness\`
  --persist-to DIR           another local state`

/**
 * The bindings DB and R2 themselves, of this machine or of the deployment, as the Worker has them: through
 * wrangler's proxy, so that rows come as values and go as bound values. `close` ends it.
 */
export async function openBindings({ remote, env: environment, harness, 'persist-to': persistTo }) {
  if (remote && (harness || persistTo !== undefined)) {
    throw new Error('--remote goes with no local state.')
  }
  if (!['staging', 'production'].includes(environment)) throw new Error(`No --env ${environment}`)
  if (!remote && environment !== 'production') throw new Error('--env goes with --remote.')
  const place = harness ? places.harness : places.dev
  Object.assign(process.env, quiet)
  // Loading it takes a second, so that it comes after whatever can be refused without it.
  const { getPlatformProxy, unstable_readConfig: readConfig } = await import('wrangler')
  const config = readConfig({
    config: place.config,
    env: environment === 'production' ? '' : environment,
  })
  const state = resolve(persistTo ?? place.state)
  const only = bindingsOf(config, remote)
  const proxy = await withConfigFile(only, (configPath) =>
    getPlatformProxy({
      configPath,
      remoteBindings: remote === true,
      // Where wrangler itself puts it below --persist-to.
      persist: remote ? false : { path: join(state, 'v3') },
    }),
  )
  return {
    name: remote ? `the deployed ${environment} database` : `the local state ${state}`,
    db: proxy.env.DB,
    r2: proxy.env.R2,
    close: () => proxy.dispose(),
  }
}

/** Only what is worked on, so that nothing else of the config is opened, or missing. */
function bindingsOf({ name, account_id, compatibility_date, d1_databases, r2_buckets }, remote) {
  const marked = (list) => list.map((one) => ({ ...one, remote }))
  if (remote) {
    const [database] = d1_databases
    if (database?.database_id === undefined) {
      throw new Error('wrangler.toml has no database_id: nothing is deployed. Run: npm run deploy')
    }
    // Wrangler prefers the id of the local database wherever it finds one.
    delete database.preview_database_id
  }
  return {
    name,
    account_id,
    compatibility_date,
    d1_databases: marked(d1_databases),
    r2_buckets: marked(r2_buckets),
  }
}

async function withConfigFile(config, work) {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-config-'))
  const configPath = join(folder, 'wrangler.json')
  writeFileSync(configPath, JSON.stringify(config))
  try {
    return await work(configPath)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
