// A bar on stderr, so that what goes to stdout stays a table. Without a terminal it says when a phase ends.

const width = 30
const everyMs = 100

export function openProgress() {
  const isShown = process.stderr.isTTY
  let shownAt = 0
  return {
    /** Begins a phase of so many steps; the function that it gives is told how many are done. */
    phase(name, total) {
      const startedAt = performance.now()
      return (done) => {
        const now = performance.now()
        const isDone = done >= total
        if (!isDone && (!isShown || now - shownAt < everyMs)) return
        shownAt = now
        const part = total === 0 ? 1 : done / total
        const bar = '█'.repeat(Math.round(part * width)).padEnd(width, '░')
        const seconds = ((now - startedAt) / 1000).toFixed(1)
        const line = `${name.padEnd(24)} ${bar} ${String(Math.floor(part * 100)).padStart(3)} % ${seconds} s`
        process.stderr.write(`${isShown ? '\r\x1b[K' : ''}${line}${isDone || !isShown ? '\n' : ''}`)
      }
    },
  }
}
