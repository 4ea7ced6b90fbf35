import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { root } from '../dev/wrangler.mjs'

// Runs all tests, those over HTTP and those of the operator's commands beside the others: they mostly wait for
// their one server, and vitest would let everything else wait with them. With arguments it is vitest itself.

const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const config = ['run', '--config', 'test/vitest.config.ts']
const given = process.argv.slice(2)

if (given.length > 0) {
  process.exit((await run(given, { isShown: true })).code)
}

const beside = ['http', 'operator'].map((name) => run(['--project', name], { isShown: false }))
const inWorkerd = run(['--project', 'worker', '--project', 'node'], { isShown: true })
const overHttp = await Promise.all(beside)
const runs = [await inWorkerd, ...overHttp]
for (const { output } of overHttp) process.stdout.write(output)
const passed = runs.reduce((sum, { output }) => sum + passedIn(output), 0)
console.log(`\n      Tests  ${passed} passed in all`)
process.exit(runs.find(({ code }) => code !== 0)?.code ?? 0)

/** `isShown` is whether it is printed while it runs; the others are when they are done. */
function run(args, { isShown }) {
  const colour = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}
  const child = spawn(process.execPath, [vitest, ...config, ...args], {
    cwd: root,
    env: { ...process.env, ...colour },
    stdio: ['inherit', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
      if (isShown) process.stdout.write(chunk)
    })
  }
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

function passedIn(output) {
  const counts = stripVTControlCharacters(output).match(/^\s*Tests .*?(\d+) passed/m)
  return Number(counts?.[1] ?? 0)
}
