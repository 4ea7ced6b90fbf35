import { existsSync, statfsSync } from 'node:fs'
import { resolve } from 'node:path'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'

const root = resolve(import.meta.dirname, '..')

// SQLite waits for the disk at every change; what goes with the run may as well stay in memory.
// A container may have no more than a few megabytes there.
const memory = '/dev/shm'
if (!process.env.TMPDIR && existsSync(memory)) {
  const { bavail, bsize } = statfsSync(memory)
  if (bavail * bsize > 2 ** 30) process.env.TMPDIR = memory
}

/** Secrets of no account that exists; production's are never this short of entropy. */
const bindings = {
  ENVIRONMENT: 'test',
  ORIGIN: 'https://atrium.test',
  PEPPER_1: 'pepper-for-tests-only-0123456789abcdef',
  APP_KEY_1: 'app-key-for-tests-only-0123456789abcdef',
  // One test runs the production cost; the others would spend most of their time hashing.
  PASSWORD_ITERATIONS: '1000',
}

export default defineConfig({
  test: {
    // The app logs each request; a run that passes need not show them.
    silent: 'passed-only',
    // One less than the cores is what it would take: on two, half of them would idle.
    maxWorkers: 2,
    projects: [
      {
        root,
        plugins: [
          cloudflareTest(async () => ({
            main: './src/index.ts',
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: {
                ...bindings,
                MIGRATIONS: await readD1Migrations(`${root}/migrations`),
              },
            },
          })),
        ],
        test: {
          name: 'worker',
          include: [
            'test/{core,crypto,storage,dialects,oauth,pages,administration,contract}/**/*.test.ts',
          ],
          setupFiles: ['test/support/migrate.ts'],
          isolate: false,
          // A machine that is busy with the tests over HTTP may take its time.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        root,
        test: {
          name: 'node',
          include: ['test/*.test.ts', 'test/reference/*.test.ts'],
          environment: 'node',
        },
      },
      // What an operator's commands do takes a server of its own, so that nobody waits for them.
      ...['http', 'operator'].map((name) => ({
        root,
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          environment: 'node' as const,
          globalSetup: [
            'test/http/start-harness.ts',
            ...(name === 'http' ? ['test/http/write-clients.ts'] : []),
          ],
          // One server, one clock, one list of faults: the files take turns.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      })),
    ],
  },
})
