/** The value that a part of all lie below. */
export function quantile(values, part) {
  const sorted = Float64Array.from(values).sort()
  const at = (sorted.length - 1) * part
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  return low + (high - low) * (at - Math.floor(at))
}

export const median = (values) => quantile(values, 0.5)

/** The middle of several, and between what half of them lie. */
export function spread(values) {
  return { median: median(values), low: quantile(values, 0.25), high: quantile(values, 0.75) }
}

export const mean = (values) => values.reduce((sum, one) => sum + one, 0) / values.length

/** One by the other, pair by pair. */
export const ratio = (ours, theirs) => spread(ours.map((value, place) => value / theirs[place]))
