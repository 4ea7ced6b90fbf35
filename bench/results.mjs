import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../dev/wrangler.mjs'
import { drawRatios } from './picture.mjs'
import { againstTable, besideTable, costTable, speedTable, startTable } from './report.mjs'

// What a run prints, and what it leaves under bench/results/.

/** The sections of a report, the ratios first; those that were not measured are left out. */
export function sectionsOf({ small, starts, bundles, against, large }) {
  return [
    { title: 'Atrium and the floor', text: speedTable(small.results) },
    ...(against ? [{ title: 'Atrium and better-auth', text: againstTable(against) }] : []),
    { title: 'What each request costs', text: costTable(small.results) },
    { title: 'Starting', text: startTable(starts, bundles, small.freshTrips) },
    ...(large ? [{ title: 'A larger world', text: besideTable(small, large) }] : []),
  ]
}

/** Writes the report and its pictures, named by day and machine. Gives their paths. */
export function writeResults(measured, { machine, options }) {
  const folder = join(root, 'bench/results')
  mkdirSync(folder, { recursive: true })
  const day = new Date().toISOString().slice(0, 10)
  const name = `${day}-${machine.slug}`
  const pictures = [
    {
      file: `${name}.svg`,
      alt: 'requests per second, Atrium divided by the floor',
      svg: drawRatios({
        title: 'Atrium divided by the floor',
        about: `requests per second; 1 is a bare handler with the same queries · ${machine.text}`,
        bars: measured.small.results,
        even: 1,
      }),
    },
    ...(measured.against
      ? [
          {
            file: `${name}-better-auth.svg`,
            alt: 'requests per second, Atrium divided by better-auth',
            svg: drawRatios({
              title: `Atrium divided by better-auth ${machine.betterAuth}`,
              about: `requests per second, passwords at the same lowered cost · ${machine.text}`,
              bars: measured.against,
              even: 1,
            }),
          },
        ]
      : []),
  ]
  for (const { file, svg } of pictures) writeFileSync(join(folder, file), svg)
  const { rounds, requests, concurrency } = options
  const text = [
    `# Measured on ${day}`,
    `${machine.text}; ${machine.versions}. ${rounds} rounds of ${requests} requests each, ${concurrency} at a time. ` +
      `Load of the machine before: ${machine.load.toFixed(2)}.`,
    ...pictures.map(({ file, alt }) => `![${alt}](${file})`),
    ...sectionsOf(measured).map(({ title, text }) => `## ${title}\n\n${text}`),
    'Ratios are medians of the rounds, and between the two in brackets lie half of the rounds; the control is the floor against itself. [What it all means](../README.md).',
  ].join('\n\n')
  writeFileSync(join(folder, `${name}.md`), `${text}\n`)
  return [`${name}.md`, ...pictures.map(({ file }) => file)].map((file) =>
    join('bench/results', file),
  )
}
