/** Times as most APIs write them. */

const dayMs = 86_400_000

const digits = (count: number, width: number, end: string) =>
  Array.from({ length: count }, (_, n) => String(n).padStart(width, '0') + end)
const [hours, minutes, seconds] = [digits(24, 2, ':'), digits(60, 2, ':'), digits(60, 2, '.')]
const milliseconds = digits(1000, 3, 'Z')

const days = new Map<number, string>()
/** More days than have passed since there are computers would be somebody's mistake. */
const daysMax = 20_000

/** A day and the T after it. */
function textOfDay(day: number): string {
  const known = days.get(day)
  if (known !== undefined) return known
  const text = new Date(day * dayMs).toISOString().slice(0, -13)
  if (days.size < daysMax) days.set(day, text)
  return text
}

/**
 * What `Date#toISOString` gives for a time in whole milliseconds, in a fifth of its time: a page of people
 * has sixty dates, which took longer than all else that was done for it.
 */
export function isoDate(at: number): string {
  const day = Math.floor(at / dayMs)
  const ms = at - day * dayMs
  const hour = hours[Math.floor(ms / 3_600_000)]
  const minute = minutes[Math.floor(ms / 60_000) % 60]
  const second = seconds[Math.floor(ms / 1000) % 60]
  return `${textOfDay(day)}${hour}${minute}${second}${milliseconds[ms % 1000]}`
}
