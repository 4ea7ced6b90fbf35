import { Agent, request as open } from 'node:http'

// Sends requests over a fixed number of kept connections, each as soon as the last one on it is answered.

export function openLoad(origin, concurrency) {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  const { hostname, port } = new URL(origin)

  /** One answer, read to its end. */
  function send({ method, path, headers, payload }) {
    return new Promise((resolve, reject) => {
      const length = payload
        ? { 'Content-Type': 'application/json', 'Content-Length': payload.length }
        : {}
      const options = { agent, hostname, port, method, path, headers: { ...headers, ...length } }
      const sent = open(options, (response) => {
        const chunks = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('end', () => {
          const { statusCode: status, headers } = response
          resolve({ status, headers, body: Buffer.concat(chunks) })
        })
        response.on('error', reject)
      })
      sent.on('error', reject)
      sent.end(payload)
    })
  }

  /**
   * Sends all without a pause, and gives how long they took, each and together. `check` sees every answer. A part is
   * led in and not counted: so many answers of every connection, because they come side by side.
   */
  async function sendAll(requests, { leadInPart = 0, check = () => undefined } = {}) {
    const leadIn = Math.floor((requests.length * leadInPart) / concurrency) * concurrency
    const latencies = new Float64Array(requests.length)
    let startedAt = performance.now()
    let next = 0
    let answered = 0
    async function connection() {
      while (next < requests.length) {
        const place = next
        next += 1
        const sentAt = performance.now()
        const answer = await send(requests[place])
        latencies[place] = performance.now() - sentAt
        answered += 1
        if (answered === leadIn) startedAt = performance.now()
        check(answer, place)
      }
    }
    await Promise.all(Array.from({ length: concurrency }, connection))
    const seconds = (performance.now() - startedAt) / 1000
    return { seconds, latencies: latencies.subarray(leadIn) }
  }

  return { send, sendAll, close: () => agent.destroy() }
}

/** A request as it is sent, its body ready. */
export function ready({ method, path, headers, body }) {
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
  return { method, path, headers, payload }
}
