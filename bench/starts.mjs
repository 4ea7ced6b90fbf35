import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startContestant } from './contestant.mjs'
import { ratio, spread } from './statistics.mjs'

// How long a Worker takes from nothing to its first answer, which asks no binding for anything.

const starts = 31

/** Starts Atrium and the floor in turns; what differs between them is their script. */
export async function measureStarts({ bundles, place, progress }) {
  const results = { atrium: [], floor: [] }
  const report = progress.phase('starting', starts)
  for (let n = 0; n < starts; n += 1) {
    for (const name of Object.keys(results))
      results[name].push(await startOnce(name, bundles, place))
    report(n + 1)
  }
  const all = (name, what) => results[name].map((one) => one[what])
  return ['firstMs', 'wholeMs', 'cpuMs']
    .filter((what) => all('atrium', what).every((value) => value !== null))
    .map((what) => ({
      what,
      atrium: spread(all('atrium', what)),
      floor: spread(all('floor', what)),
      ratio: ratio(all('atrium', what), all('floor', what)),
    }))
}

async function startOnce(name, bundles, place) {
  const state = join(place, `start-${name}`)
  mkdirSync(state, { recursive: true })
  const given = { name, bundle: bundles[name], mail: bundles.mail, state }
  const contestant = await startContestant({ ...given, vars: { PASSWORD_ITERATIONS: '1000' } })
  const askedAt = performance.now()
  await (await fetch(`${contestant.origin}/user/scopes`)).text()
  const firstMs = performance.now() - askedAt
  const cpuMs = contestant.cpuMs()
  await contestant.stop()
  return { firstMs, wholeMs: contestant.readyMs + firstMs, cpuMs }
}
