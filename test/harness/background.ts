const pollMs = 10

// The runtime drops background work some time after the response, and then tells nobody.
const abandonedMs = 60_000

export type Background = ReturnType<typeof createBackground>

/** Keeps account of waitUntil work over all requests. */
export function createBackground() {
  const startedAt = new Map<symbol, number>()

  function pending(): number {
    for (const [task, at] of startedAt) {
      if (Date.now() - at > abandonedMs) startedAt.delete(task)
    }
    return startedAt.size
  }

  return {
    /** The same context, with its background work known here and, where given, in `tasks`. */
    watch(ctx: ExecutionContext, tasks: Promise<unknown>[] = []): ExecutionContext {
      function waitUntil(work: Promise<unknown>): void {
        const task = Symbol('background work')
        startedAt.set(task, Date.now())
        const end = () => void startedAt.delete(task)
        Promise.resolve(work).then(end, end)
        tasks.push(work)
        ctx.waitUntil(work)
      }
      return new Proxy(ctx, {
        get(target, name) {
          if (name === 'waitUntil') return waitUntil
          const value: unknown = Reflect.get(target, name)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    },

    pending,

    // One request cannot wait for a promise of another, so this looks again and again.
    async settle(timeoutMs: number): Promise<boolean> {
      const end = Date.now() + timeoutMs
      while (pending() > 0 && Date.now() < end) await scheduler.wait(pollMs)
      return pending() === 0
    },
  }
}
