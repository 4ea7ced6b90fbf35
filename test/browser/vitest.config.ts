import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

/** The stories in a real browser, beside `npm test`: not every machine has Chromium. */

export default defineConfig({
  test: {
    root: resolve(import.meta.dirname, '../..'),
    name: 'browser',
    include: ['test/browser/**/*.test.ts'],
    environment: 'node',
    globalSetup: ['test/http/start-harness.ts'],
    // One server and one clock: the files take turns.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
