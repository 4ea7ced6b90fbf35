// The dev mailbox, so that what asks for a mailed code is asked with one.

const refreshMs = 500
const newestMax = 4
const showsMax = 8
const codeOnItsOwnLine = /^(?:\d{6}|\w{5}(?:-\w{5}){5}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/m

/** What every API calls a mailed code, and what it has to be shown with. */
const codeNames = ['code', 'uuid', 'token', 'X-OTP']
const ticketNames = ['tempToken', 'sessionHash']

export const wantsLetter = (fields) => fields.some((name) => codeNames.includes(name))

export function newLetters(origin) {
  const tickets = new Map()
  const shown = new Map()
  let letters = []
  let readAt = 0

  async function readMailbox() {
    readAt = Date.now()
    letters = await lettersAt(`${origin}/dev/mailbox.json`)
  }

  const isOpen = ({ code }) => (shown.get(code) ?? 0) < showsMax

  return {
    /** Remembers the tickets of an answer, which count together with the code that is mailed. */
    hear(address, answer) {
      const found = ticketsIn(answer)
      if (Object.keys(found).length > 0) tickets.set(address, found)
    },

    /** Waits for a mail, which is sent after the answer, and uses its code up. */
    async take(address) {
      for (let tries = 0; tries < 100; tries += 1) {
        const mailbox = `${origin}/dev/mailbox.json?to=${encodeURIComponent(address)}`
        const [letter] = await lettersAt(mailbox)
        if (letter) {
          shown.set(letter.code, showsMax)
          return letter.code
        }
        await new Promise((done) => setTimeout(done, 50))
      }
      throw new Error(`no code was mailed to ${address}`)
    },

    /** What answers one of the newest letters, in fields of these names; half of the time, one's own. */
    async read(own, fields, pick) {
      if (Date.now() - readAt > refreshMs) await readMailbox()
      const needsTicket = fields.some((name) => ticketNames.includes(name))
      const open = letters.filter((one) => isOpen(one) && (!needsTicket || tickets.has(one.to)))
      const mine = open.filter(({ to }) => to === own)
      const fit = pick % 2 === 0 && mine.length > 0 ? mine : open
      // The subject tells what a code is for.
      const kinds = [...Map.groupBy(fit, ({ subject }) => subject).values()]
      const kind = kinds[(pick >> 1) % kinds.length]?.slice(0, newestMax) ?? []
      const letter = kind[Math.floor((pick >> 1) / kinds.length) % kind.length]
      if (!letter) return {}
      const { to, code } = letter
      shown.set(code, (shown.get(code) ?? 0) + 1)
      const names = codeNames.map((name) => [name, code])
      return { ...Object.fromEntries(names), ...tickets.get(to), email: to }
    },
  }
}

/** Those that have a code, the newest first. */
async function lettersAt(mailbox) {
  const mails = await (await fetch(mailbox)).json()
  return mails.flatMap(({ to, subject, text }) => {
    const code = codeOnItsOwnLine.exec(text)?.[0]
    return code === undefined ? [] : [{ to, subject, code }]
  })
}

/** A ticket stands in an answer as a text, or as an object with the token in it. */
function ticketsIn(answer) {
  if (typeof answer !== 'object' || answer === null) return {}
  const { tempToken, sessionHash, user } = answer
  if (tempToken) return { tempToken: tempToken.token ?? tempToken }
  if (sessionHash) return { sessionHash, target: user._id }
  return Object.assign({}, ...Object.values(answer).map(ticketsIn))
}
