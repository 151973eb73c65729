import type { FakeAuthorizationServer } from '../../../src/testing/fake-authorization-server.ts'
import { createCounters } from './counters.ts'
import { createHoldOffs } from './hold-offs.ts'
import { createLedger } from './ledger.ts'
import type { Exception, Moment, PromiseName } from './moment.ts'
import { createNeeds } from './needs.ts'
import { createNewestKept } from './newest-kept.ts'
import { createOneSpend } from './one-spend.ts'
import { createRequests } from './requests.ts'
import { createSessionEnds } from './session-ends.ts'
import { createSignedOut } from './signed-out.ts'

export interface BrokenPromise {
  readonly promise: PromiseName
  readonly words: string
}

/** Watches everything that happens in a profile and notes which promise is broken. */
export interface Referee {
  see(moment: Moment): void
  broken(promise: PromiseName, words: string): void
  /** What was broken first. */
  verdict(): BrokenPromise | undefined
  /** How often each documented limit was met. */
  readonly exceptions: ReadonlyMap<Exception, number>
  /** Called when everything has grown calm. */
  finish(): void
}

export function createReferee(options: {
  readonly server: FakeAuthorizationServer
  readonly graceful: boolean
  readonly locks: boolean
  readonly userOf: (family: number) => string | undefined
  /** What the wall clock shows. */
  readonly now: () => number
}): Referee {
  const { server, graceful, locks: hasLocks, userOf, now } = options
  const found: BrokenPromise[] = []
  const exceptions = new Map<Exception, number>()
  const broken = (promise: PromiseName, words: string): void => void found.push({ promise, words })
  const grant = (exception: Exception): true => {
    exceptions.set(exception, (exceptions.get(exception) ?? 0) + 1)
    return true
  }
  const ledger = createLedger(now)
  const newestKept = createNewestKept({ ledger, server, broken })
  const keepers = [
    ledger,
    createOneSpend({ ledger, broken, grant, hasLocks }),
    createSessionEnds({ ledger, server, graceful, broken, grant }),
    newestKept,
    createSignedOut({ ledger, server, broken, grant }),
    createRequests({ server, userOf, broken }),
    createHoldOffs({ ledger, now, broken }),
    createNeeds({ ledger, server, now, broken, grant }),
    createCounters({ ledger, broken }),
  ]
  return {
    exceptions,
    broken,
    see(moment) {
      for (const keeper of keepers) keeper.see(moment)
    },
    verdict: () => found[0],
    finish: newestKept.finish,
  }
}
