import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../dev/wrangler.mjs'

// Tells the stories of test/browser to Chromium. Arguments are vitest's.

const executable = process.env.CHROMIUM || '/usr/bin/chromium'
if (!existsSync(executable)) {
  console.error(
    `There is no Chromium at ${executable}. Say where it is: CHROMIUM=… npm run test:browser`,
  )
  process.exit(2)
}

const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const args = ['run', '--config', 'test/browser/vitest.config.ts', ...process.argv.slice(2)]
const ran = spawnSync(process.execPath, [vitest, ...args], { cwd: root, stdio: 'inherit' })
process.exit(ran.status ?? 1)
