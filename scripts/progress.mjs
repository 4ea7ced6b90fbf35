/** Tells on stderr how far something has come: one line that changes, and nothing where nobody watches. */
export function progress(stream = process.stderr) {
  let isShown = false
  return {
    say(what, count) {
      if (!stream.isTTY) return
      isShown = true
      stream.write(`\r\x1b[K${what}${count === undefined ? '' : ` ${count}`}`)
    },
    end() {
      if (isShown) stream.write('\r\x1b[K')
    },
  }
}
