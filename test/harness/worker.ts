import { withMailbox } from '../../dev/mailbox'
import { type Atrium, createApp } from '../../src/app'
import { createBackground } from './background'
import { createEnvWrapper } from './bindings'
import { createCallLog } from './calls'
import { createClock } from './clock'
import { createFaultList } from './faults'
import { answerHarness } from './routes'

// What the app waits for is to try again; a table of lost calls would take minutes of it.
const realTimeout = globalThis.setTimeout
globalThis.setTimeout = ((work: () => void, ms = 0) =>
  realTimeout(work, ms / 20)) as typeof setTimeout

const clock = createClock()
const log = createCallLog()
const faults = createFaultList()
const background = createBackground()
const wrapEnv = createEnvWrapper(log, faults)
const app = createApp({ now: clock.now })

const watched: Atrium = {
  fetch: (request, env, ctx) => app.fetch(request, wrapEnv(env), background.watch(ctx)),
  scheduled: (controller, env, ctx) =>
    app.scheduled(controller, wrapEnv(env), background.watch(ctx)),
}

const harness: Atrium = {
  fetch(request, env, ctx) {
    const url = new URL(request.url)
    if (!url.pathname.startsWith('/__harness/')) return watched.fetch(request, env, ctx)
    async function runScheduled(cron: string): Promise<void> {
      const tasks: Promise<unknown>[] = []
      const controller = { cron, scheduledTime: clock.now(), noRetry: () => undefined }
      await app.scheduled(controller, wrapEnv(env), background.watch(ctx, tasks))
      // Work may begin more work while it is waited for.
      for (let done = 0; done < tasks.length; done += 1) await tasks[done]
    }
    return answerHarness(request, url, { clock, log, faults, background, runScheduled })
  },
  scheduled: watched.scheduled,
}

// The mailbox stands nearest to the real binding: mail that fails only afterwards has arrived.
export default withMailbox(harness, clock.now)
