import type { BindingName, CallLog, LoggedCall } from './calls'
import type { FaultList } from './faults'

export interface Call<Result> {
  readonly binding: BindingName
  readonly op: string
  /** What is written in the log. */
  readonly text: string
  /** What faults look into besides, such as the strings bound to a statement. */
  readonly alsoMatch?: string
  readonly statements?: number
  /** The real call. It gets the log's entry, to add rows to. */
  readonly perform: (logged: LoggedCall) => Promise<Result>
  /** For KV and R2: the same read answered from before the last change, and as if nothing was there. */
  readonly stale?: () => Promise<Result>
  readonly miss?: () => Result
}

export type Intercept = <Result>(call: Call<Result>) => Promise<Result>

/** The one place that every watched call goes through: counted, then judged, then done or not. */
export function createIntercept(log: CallLog, faults: FaultList): Intercept {
  return async (call) => {
    const { binding, op, text, perform, stale, miss } = call
    const logged = log.begin(binding, op, text, call.statements ?? 1)
    const verdict = faults.judge(binding, op, `${text} ${call.alsoMatch ?? ''}`)
    if (verdict.delayMs > 0) await scheduler.wait(verdict.delayMs)
    if (verdict.outcome === 'fail-before') throw new Error(verdict.message)
    if (verdict.outcome === 'miss' && miss) return miss()
    if (verdict.outcome === 'stale' && stale) return stale()
    const result = await perform(logged)
    if (verdict.outcome === 'fail-after') throw new Error(verdict.message)
    return result
  }
}
