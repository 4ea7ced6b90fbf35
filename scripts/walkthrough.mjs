import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocalServer } from '../dev/local-server.mjs'
import { root } from '../dev/wrangler.mjs'

// Runs the README's walk-through as printed, and compares each answer with the one shown below it.

const origin = process.argv[2]
const steps = readSteps(readFileSync(join(root, 'README.md'), 'utf8'))
const server = origin ? null : await startLocalServer()
const problems = run(steps, origin ?? server.origin)
await server?.stop()
for (const problem of problems) console.error(problem)
const shown = steps.filter(({ expected }) => expected !== undefined).length
console.log(`walk-through: ${shown - problems.length} answers as printed, ${problems.length} not`)
process.exit(problems.length === 0 ? 0 : 1)

/** Each shell block of the section, with the JSON block that follows it, if one does. */
function readSteps(readme) {
  const section = readme.split('\n## ').find((part) => part.startsWith('Walk through\n')) ?? ''
  const found = []
  for (const [, language, text] of section.matchAll(/```(sh|json)\n([\s\S]*?)```/g)) {
    if (language === 'sh') found.push({ command: text })
    else Object.assign(found.at(-1), { expected: JSON.parse(text) })
  }
  if (found.length === 0) throw new Error('README.md has no walk-through')
  return found
}

/** All blocks in one shell, as a reader would paste them, each one's output in a file of its own. */
function run(blocks, address) {
  const folder = mkdtempSync(join(tmpdir(), 'walkthrough-'))
  try {
    const script = blocks.map(({ command }, i) => `{\n${command}\n} > "${folder}/${i}.out"`)
    const bash = spawnSync('bash', ['-euo', 'pipefail', '-c', script.join('\n')], {
      cwd: folder,
      env: { ...process.env, A: address },
      encoding: 'utf8',
    })
    if (bash.status !== 0) return [`the walk-through stopped: ${bash.stderr}`]
    return blocks.flatMap(({ command, expected }, i) => {
      if (expected === undefined) return []
      const answer = readFileSync(`${folder}/${i}.out`, 'utf8')
      return matches(parse(answer), expected) ? [] : [`${command}answered ${answer}`]
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** One JSON value, or a list of those that stand one after the other. */
function parse(text) {
  const values = text.trim().split(/(?<=\})\s*(?=\{)/)
  const parsed = values.map((value) => JSON.parse(value))
  return parsed.length === 1 ? parsed[0] : parsed
}

/** Whether everything shown is there; "…" stands for any text. */
function matches(actual, expected) {
  if (expected === '…') return typeof actual === 'string'
  if (typeof expected !== 'object' || expected === null) return actual === expected
  return Object.entries(expected).every(([key, value]) => matches(actual?.[key], value))
}
