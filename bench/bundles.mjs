import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { root, runWrangler } from '../dev/wrangler.mjs'

// Every contestant is bundled as `wrangler deploy` bundles Atrium.

const entries = {
  atrium: 'src/index.ts',
  recorder: 'bench/recorder.ts',
  floor: 'bench/floor.ts',
  mail: 'bench/mail-sink.ts',
  betterAuth: 'bench/better-auth.ts',
}

const flags = { betterAuth: ['--compatibility-flags', 'nodejs_compat'] }

/** Bundles an entry into a folder below `place`, and gives its modules and its size. `hasNames` for profiles. */
export function bundle(name, place, { hasNames = false } = {}) {
  const folder = join(place, hasNames ? `${name}-named` : name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const settings = [
    '--dry-run',
    `--minify=${!hasNames}`,
    '--outdir',
    folder,
    ...(flags[name] ?? []),
  ]
  const run = runWrangler(['deploy', join(root, entries[name]), ...settings])
  if (run.code !== 0) throw new Error(run.stdout + run.stderr)
  const script = `${basename(entries[name], '.ts')}.js`
  const texts = readdirSync(folder).filter((file) => file.endsWith('.txt'))
  return {
    folder,
    modules: [
      { type: 'ESModule', path: join(folder, script) },
      ...texts.map((file) => ({ type: 'Text', path: join(folder, file) })),
    ],
    gzipBytes: gzipSync(readFileSync(join(folder, script)), { level: 9 }).length,
    uploadKib: Number(/gzip: ([\d.]+) KiB/.exec(run.stdout)?.[1] ?? Number.NaN),
  }
}
