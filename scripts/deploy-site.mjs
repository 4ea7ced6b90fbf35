import { readFileSync, writeFileSync } from 'node:fs'
import { header, readValue, writeValue } from './wrangler-toml.mjs'

// What the steps of `npm run deploy` stand on: wrangler.toml, and wrangler, which is run or only shown.

export function openSite({ environment, isDryRun, config, origin, mailFrom }, world) {
  const text = readFileSync(config, 'utf8')
  const name = readValue(text, environment === 'production' ? '' : `[env.${environment}]`, 'name')
  return {
    ...world,
    environment,
    isDryRun,
    config,
    name,
    given: { ORIGIN: origin, MAIL_FROM: mailFrom },
    // An empty name means the top of the file, and says that this is meant.
    environmentFlags: ['--env', environment === 'production' ? '' : environment],
    say: (step, words) => world.print(`  ${step.padEnd(11)} ${words}`),
  }
}

export function read(site, table, key, options) {
  const text = readFileSync(site.config, 'utf8')
  return readValue(text, header(site.environment, table, options), key)
}

export function write(site, table, key, value, options) {
  const text = readFileSync(site.config, 'utf8')
  const changed = writeValue(text, header(site.environment, table, options), key, value)
  if (!site.isDryRun && changed !== text) writeFileSync(site.config, changed)
}

/** A command as somebody would type it. */
export function shown(args) {
  const quote = (arg) => (arg.includes("'") ? JSON.stringify(arg) : `'${arg}'`)
  return `wrangler ${args.map((arg) => (/^[\w./=-]+$/.test(arg) ? arg : quote(arg))).join(' ')}`
}

/** Runs what only looks. */
export function look(site, args) {
  const { code, stdout, stderr } = site.run(args)
  if (code !== 0) throw new Error(`${shown(args)} failed:\n${stdout}${stderr}`)
  return stdout
}

/** Runs what changes something; `input` is a secret, so it is never shown. */
export function change(site, args, input) {
  if (site.isDryRun) {
    site.print(`    $ ${input === undefined ? '' : 'a random secret | '}${shown(args)}`)
    return ''
  }
  const { code, stdout, stderr } = site.run(args, input)
  if (code !== 0) throw new Error(`${shown(args)} failed:\n${stdout}${stderr}`)
  return stdout
}

/** The JSON in an output that may begin with other lines. */
export function parse(output) {
  return JSON.parse(output.slice(Math.max(0, output.search(/^[[{]/m))))
}

export function execute(site, sql) {
  return [
    'd1',
    'execute',
    'DB',
    '--remote',
    '--yes',
    '--json',
    '--command',
    sql,
    ...site.environmentFlags,
  ]
}
