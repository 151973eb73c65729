import { disposedError } from '../errors.ts'
import { listen } from '../listen.ts'
import type { AbortSignalLike, Clock } from '../ports.ts'
import type { RecordKeeper } from '../record/record-keeper.ts'
import { atMost, onAbort, unlessStopped, type Stop } from '../until.ts'
import type { Asker, Askers } from './asker.ts'

export interface Caller {
  readonly asker: Asker
  readonly signal?: AbortSignalLike | undefined
}

/** Those who wait for something, each as long as it is of use to him. */
export interface Callers {
  /** Settles as the work does, or when the caller is stopped; with a bound, fulfils with nothing then. */
  wait(work: Promise<unknown>, caller: Caller, boundMs?: number): Promise<unknown>
  /** What ends the waiting of a caller: his signal, the end of this manager, another user. */
  stopsOf(caller: Caller): readonly Stop[]
  readonly onDisposal: Stop
  dispose(): void
}

export function createCallers(options: {
  readonly keeper: RecordKeeper
  readonly clock: Clock
  readonly askers: Askers
}): Callers {
  const { keeper, clock, askers } = options
  const disposal = new Set<(reason: unknown) => void>()

  const onDisposal: Stop = (reject) => listen(disposal, reject)

  function onRefusal(asker: Asker): Stop {
    return (reject) =>
      keeper.onSeen(() => {
        const refused = askers.refusal(asker)
        if (refused) reject(refused)
      })
  }

  const stopsOf = ({ asker, signal }: Caller): readonly Stop[] => [
    onAbort(signal),
    onDisposal,
    onRefusal(asker),
  ]

  return {
    wait(work, caller, boundMs) {
      if (caller.signal?.aborted) {
        work.catch(() => undefined)
        return Promise.reject(caller.signal.reason)
      }
      const stops = stopsOf(caller)
      return boundMs === undefined
        ? unlessStopped(work, stops)
        : atMost(clock, boundMs, work, stops)
    },
    stopsOf,
    onDisposal,
    dispose() {
      for (const reject of disposal) reject(disposedError())
    },
  }
}
