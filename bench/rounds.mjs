import { median, quantile, ratio } from './statistics.mjs'

// Contestants take turns in short rounds, so that whatever else the machine does meets all of them. Many short
// rounds tell more than a few long ones, as a shared machine does not keep its pace for long.

/** Rounds that are not counted: the runtime compiles what is used often. */
export const warmUpRounds = 5

/** The part of a round that is not counted: when somebody's turn comes, the processor's caches are another's. */
const leadInPart = 1 / 3

/**
 * `contestants` have a name, a way to send and a way to tell their CPU time; `requestsOf` gives what
 * one of them is sent in a round, from 0 on, and `learn` is told each answer. An answer that is not as
 * expected, or where nothing is expected not a success, ends it all.
 */
export async function takeTurns(contestants, rounds, requestsOf, learn = () => undefined) {
  const results = new Map(contestants.map(({ name }) => [name, []]))
  for (let round = 0; round < warmUpRounds + rounds; round += 1) {
    // Whoever begins may find another machine than whoever ends.
    const order = contestants.map((_, place) => contestants[(place + round) % contestants.length])
    for (const contestant of order) {
      const requests = requestsOf(contestant, round)
      const [cpuBefore, wrong] = [contestant.cpuMs(), []]
      const check = (answer, place) => {
        const { status, body } = answer
        learn(contestant, round, place, answer)
        const { expected, expectedBody } = requests[place]
        const isRight = expected === undefined ? status < 400 : status === expected
        const isSame = expectedBody === undefined || body.toString() === expectedBody
        if (!isRight || !isSame) wrong.push(`${status} ${body.toString().slice(0, 200)}`)
      }
      const { seconds, latencies } = await contestant.load.sendAll(requests, { leadInPart, check })
      if (wrong.length > 0) {
        throw new Error(
          `${contestant.name}: ${wrong.length} of ${requests.length} wrong: ${wrong[0]}`,
        )
      }
      const cpuMs = cpuBefore === null ? null : contestant.cpuMs() - cpuBefore
      if (round >= warmUpRounds)
        results.get(contestant.name).push({ sent: requests.length, seconds, latencies, cpuMs })
    }
  }
  return results
}

const rate = ({ latencies, seconds }) => latencies.length / seconds

/** What one contestant did in all rounds. */
export function summarize(rounds) {
  const latencies = rounds.flatMap((round) => [...round.latencies])
  const sum = (count) => rounds.reduce((total, round) => total + count(round), 0)
  const isCounted = rounds.every((round) => round.cpuMs !== null)
  return {
    perSecond: median(rounds.map(rate)),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    cpuMs: isCounted ? sum(({ cpuMs }) => cpuMs) / sum(({ sent }) => sent) : null,
  }
}

/** How much faster one is than another, round by round. */
export const speedRatio = (ours, theirs) => ratio(ours.map(rate), theirs.map(rate))

const slowest = ({ latencies }) => quantile(latencies, 0.99)

/** How many times as long the slowest requests of one take, round by round: a stall of the machine is in one round. */
export const slowestRatio = (ours, theirs) => ratio(ours.map(slowest), theirs.map(slowest))
