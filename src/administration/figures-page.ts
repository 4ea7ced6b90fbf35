import { html } from 'hono/html'
import { type DayFigures, readFigures } from '../core/figures'
import type { Html } from '../http/page'
import { table } from '../http/page-sections'
import { day } from '../http/page-times'
import { createRoutes } from '../http/routing'
import { caller } from './callers'
import { answerAdministration } from './layout'

/** How many people come, day by day. */

const path = '/administration'
const days = 30

const kinds = [
  { key: 'signUps', title: 'Sign-ups' },
  { key: 'signIns', title: 'Sign-ins' },
  { key: 'failedSignIns', title: 'Failed sign-ins' },
] as const
type Kind = (typeof kinds)[number]

export const figuresPage = createRoutes()

figuresPage.get(path, caller, async (c) => {
  const { figures } = await readFigures(c.var.core, c.var.caller, days)
  const columns = [
    { head: 'Day', cell: (one: DayFigures) => day(one.day) },
    ...kinds.map(({ key, title }) => ({ head: title, cell: (one: DayFigures) => one[key] })),
  ]
  const content = html`<section><p class="lead">The last ${days} days, in UTC. They are counted every hour; failures are those at accounts that there are.</p>
${kinds.map((kind) => chart(kind, figures))}
<details><summary>As numbers</summary>${table(columns, figures.toReversed())}</details></section>`
  return answerAdministration(c, { section: path, title: 'Figures', content })
})

const heightMax = 40

function chart({ key, title }: Kind, figures: readonly DayFigures[]): Html {
  const counts = figures.map((one) => one[key])
  const sum = counts.reduce((all, one) => all + one, 0)
  const most = Math.max(...counts, 1)
  const bars = counts.map((count, i) => {
    const height = (count / most) * heightMax
    return `M${i * 4} ${heightMax}v-${height.toFixed(1)}h3V${heightMax}z`
  })
  const said = `${title}: ${sum} in ${days} days, at most ${Math.max(...counts)} a day, ${counts.at(-1)} today`
  return html`<h2>${title}: ${sum}</h2>
<svg class="chart ${key}" viewBox="0 0 ${days * 4 - 1} ${heightMax}" preserveAspectRatio="none" role="img" aria-label="${said}"><path d="${bars.join('')}"/></svg>`
}
