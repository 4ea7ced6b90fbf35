export type Clock = ReturnType<typeof createClock>

// The last moment that a Date can hold, in milliseconds either way of 1970.
const timeMax = 8_640_000_000_000_000

/** The clock of the app: the real one, shifted. */
export function createClock() {
  let offsetSeconds = 0
  const shifted = (seconds: number) => Date.now() + Math.round(seconds * 1000)

  return {
    now: () => shifted(offsetSeconds),
    offsetSeconds: () => offsetSeconds,
    canShift: (seconds: number) => Math.abs(shifted(seconds)) < timeMax,
    shift(seconds: number): void {
      offsetSeconds = seconds
    },
  }
}
