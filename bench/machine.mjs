import { readFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { root } from '../dev/wrangler.mjs'

// On what was measured: numbers of another machine are other numbers, ratios hardly.

const versionOf = (name) =>
  JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version

export function describeMachine() {
  const all = cpus()
  const model = all[0]?.model.replaceAll(/\s+/g, ' ').trim() || process.arch
  const memoryGib = Math.round(totalmem() / 2 ** 30)
  return {
    slug: `${model} ${all.length} cores`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
    text: `${model}, ${all.length} cores, ${memoryGib} GiB, ${process.platform}`,
    versions: `workerd ${versionOf('workerd')}, Node ${process.versions.node}`,
    betterAuth: versionOf('better-auth'),
    /** How many wanted a core in the last minute; more than there are, and the numbers are noise. */
    load: loadavg()[0],
    isBusy: loadavg()[0] > all.length / 2,
  }
}
