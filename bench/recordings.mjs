import { openLoad, ready } from './load.mjs'
import { median } from './statistics.mjs'

// What Atrium did for each request, by its recorder, and handing it to the floor.

/** Sends requests one after another to a recorder. */
export async function record(recorder, requests) {
  const load = openLoad(recorder.origin, 1)
  const recordings = []
  for (const request of requests) {
    const { body } = await load.send(ready(request))
    const recording = JSON.parse(body.toString())
    if (!(recording.status < 400)) {
      const told = `${recording.status} ${recording.body ?? body}`
      throw new Error(`${request.method} ${request.path} answers ${told}`)
    }
    recordings.push(recording)
  }
  load.close()
  return recordings
}

const batches = (steps) => steps.filter(({ kind }) => kind === 'batch')

/** What one request costs, as far as it is counted: the middle of all, and where they differ the most. */
export function countCosts(recordings) {
  const of = (count) => {
    const counts = recordings.map(count)
    return { median: median(counts), max: Math.max(...counts) }
  }
  const statements = ({ before }) =>
    batches(before).reduce((sum, batch) => sum + batch.statements.length, 0)
  return {
    trips: of(({ before }) => batches(before).length),
    statements: of(statements),
    rowsRead: of(({ rowsRead }) => rowsRead),
    rowsWritten: of(({ rowsWritten }) => rowsWritten),
    databaseMs: of(({ whole }) => whole.databaseMs),
    tripsAfter: of(({ after }) => batches(after).length),
  }
}

const replaysPerRequest = 100

/** Hands recordings to a floor: texts of SQL once, and the rest some at a time. */
export async function handOver(floor, recordings) {
  const places = new Map()
  const placeOf = (sql) => {
    if (!places.has(sql)) places.set(sql, places.size)
    return places.get(sql)
  }
  const loaded = (steps) =>
    steps.map((step) =>
      step.kind === 'batch'
        ? {
            kind: 'batch',
            statements: step.statements.map(({ sql, values }) => [placeOf(sql), ...values]),
          }
        : step,
    )
  const replays = recordings.map(({ status, contentType, body, before, after }) => ({
    status,
    contentType,
    answer: body === '' ? null : JSON.parse(body),
    before: loaded(before),
    after: loaded(after),
  }))
  const texts = [...places.keys()]
  for (let from = 0; from < replays.length; from += replaysPerRequest) {
    const part = replays.slice(from, from + replaysPerRequest)
    const body = { isFirst: from === 0, texts, replays: part }
    await floor.load.send(ready({ method: 'PUT', path: '/recordings', headers: {}, body }))
  }
}
