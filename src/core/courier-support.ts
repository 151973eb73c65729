import type { Clock, Courier, PageEvents } from './ports.ts'

/** Where the record lies that letters are an entry of, and where its readers are told of mail. */
export interface RecordPlace {
  readonly database: string
  readonly objectStore: string
  readonly key: string
  /** Of a BroadcastChannel. */
  readonly channel: string
}

/**
 * Why there is no courier: the engine has no worker that outlives its page; the page's policy
 * (CSP `worker-src`, Trusted Types) forbids it; or it does not load.
 */
export type NoCourier = 'unsupported' | 'csp' | 'no-worker'

/** What `courier()` gives: it starts nothing before a manager connects to it. */
export interface CourierSupport {
  /** Starts the courier, and never waits for it. */
  connect(options: {
    readonly place: RecordPlace
    readonly clock: Clock
    readonly pageEvents: PageEvents
    /** Called at most once; from then on it is not available. */
    readonly onUnavailable: (reason: NoCourier) => void
  }): Courier
}
