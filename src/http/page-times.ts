import { html } from 'hono/html'
import { isoDate } from './dates'
import type { Html } from './page'

/** Times as people read them. Where a reader is, a page without scripts cannot know: it says UTC. */

const minuteMs = 60 * 1000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** `at` is in milliseconds since the epoch. */
export function day(at: number): Html {
  return html`<time datetime="${isoDate(at)}">${new Date(at).toUTCString().slice(5, 16)}</time>`
}

/** A page that shows some says that they are in UTC. */
export function moment(at: number): Html {
  const text = new Date(at).toUTCString()
  return html`<time datetime="${isoDate(at)}">${text.slice(5, 16)}, ${text.slice(17, 22)}</time>`
}

const counted = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'} ago`

/** How long ago something was, as far back as that says more than a date. Not exact to the minute. */
export function ago(at: number, now: number): Html {
  const passedMs = now - at
  if (passedMs >= 7 * dayMs) return day(at)
  const text =
    passedMs < 6 * minuteMs
      ? 'just now'
      : passedMs < hourMs
        ? counted(Math.floor(passedMs / minuteMs), 'minute')
        : passedMs < dayMs
          ? counted(Math.floor(passedMs / hourMs), 'hour')
          : counted(Math.floor(passedMs / dayMs), 'day')
  return html`<time datetime="${isoDate(at)}" title="${isoDate(at)}">${text}</time>`
}
