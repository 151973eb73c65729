import type { EndReason } from './end-reason.ts'
import type { OAuthErrorDetails, SessionEndedCode } from './errors.ts'

/**
 * `cors`: other requests of this page get through, those to the token endpoint never do. `clock`: the
 * server refuses the proof of the key, mostly because the clock of this device is wrong (RFC 9449 §11.1).
 */
export type FailureHint = 'cors' | 'clock'

/** Why there is no courier. */
export type NoCourier = 'unsupported' | 'csp' | 'no-worker' | 'own-fetch' | 'storage'

/**
 * What a manager does, as it does it. Holds no token, no code, no key and no URL query, so that it
 * can be logged or sent to telemetry as it is. `at` is ms since the epoch.
 */
export type TokenManagerEvent = { readonly at: number } & (
  | { readonly type: 'lock-requested' }
  | { readonly type: 'lock-granted'; readonly held: boolean; readonly waitedMs: number }
  | { readonly type: 'claimed'; readonly generation: number; readonly unknown: number }
  | { readonly type: 'sent'; readonly generation: number }
  /** The answer to a renewal that is not this page's, or was not heard of here, was filed by a courier. */
  | { readonly type: 'collected'; readonly generation: number }
  | { readonly type: 'committed'; readonly generation: number; readonly tookMs: number }
  /** A reply came too late: the session it belongs to is over or has moved on. */
  | { readonly type: 'dropped'; readonly reason: 'session-over' | 'superseded' }
  | { readonly type: 'announced'; readonly generation: number }
  | { readonly type: 'adopted'; readonly generation: number }
  | {
      readonly type: 'held-off'
      readonly code: string
      readonly attempt: number
      readonly retryAt: number
      readonly hint?: FailureHint
    }
  | { readonly type: 'halted'; readonly code: string; readonly until: number }
  /** The server refuses one of several token sets; the session goes on. */
  | { readonly type: 'token-refused'; readonly code: string; readonly until: number }
  /**
   * The server did not revoke the refresh token of a session that is over: it answered `status`, or
   * `code` is `NETWORK` or `TIMEOUT`. Else `code` is its word for the reason, if it gave one.
   */
  | { readonly type: 'revocation-failed'; readonly status?: number; readonly code?: string }
  /** The server has left the session less than it had; `scope` is what it granted last. */
  | { readonly type: 'scope-narrowed'; readonly scope: string }
  | { readonly type: 'session-started'; readonly sub?: string }
  /**
   * `oauth` holds the server's words, if it was the server that ended it. Every tab says so that showed
   * the session; `decidedHere` is true in one of all tabs, the one whose decision was carried out, so
   * that ends can be counted. A tab that is closed in that very moment says nothing, and nobody decides
   * `storage-cleared`; where storage refuses, each tab decides for itself.
   */
  | {
      readonly type: 'session-ended'
      readonly reason: 'signed-out' | EndReason
      readonly code: SessionEndedCode
      readonly oauth?: OAuthErrorDetails
      readonly decidedHere: boolean
    }
  /** A request is sent for the second time. */
  | {
      readonly type: 'retried'
      readonly resourceServer: string
      readonly because: 'newer-token' | 'renewed-token' | 'dpop-nonce'
    }
  /**
   * A resource server answered 401 to a token that it had taken before a refresh for another one: it
   * seems that only the newest access token of a session lives at this authorization server.
   */
  | { readonly type: 'token-displaced'; readonly resourceServer: string }
  /** A resource server answered 401 to a token that was minted because of its previous 401. */
  | { readonly type: 'fresh-token-rejected'; readonly resourceServer: string }
  /** A 401 or 403 that no refresh can mend; holds what a step-up needs (RFC 9470). */
  | {
      readonly type: 'challenged'
      readonly resourceServer: string
      readonly status: number
      readonly error?: string
      readonly scope?: string
      readonly acrValues?: string
      readonly maxAgeSeconds?: number
    }
  /** A URL that is not listed as a resource server answered 401. Said once for each origin. */
  | { readonly type: 'unlisted-401'; readonly origin: string }
  | { readonly type: 'storage-unavailable'; readonly cause: 'denied' | 'no-answer' | 'missing' }
  /** Storage that was unavailable has answered: what this tab kept in memory goes there. */
  | { readonly type: 'storage-available' }
  | { readonly type: 'storage-corrupt' }
  /** A newer version of the app owns the record; this one only reads. */
  | { readonly type: 'record-newer' }
  | { readonly type: 'persistence-failed' }
  /**
   * Renewals do not survive their page though there is the option `courier`: this engine has no worker
   * that does, a policy forbids it, it does not load, or the app has its own `fetch` or storage.
   */
  | { readonly type: 'courier-unavailable'; readonly reason: NoCourier }
  | { readonly type: 'degraded'; readonly missing: 'locks' | 'channel' }
)

/** An event without its instant, as the parts report it. */
export type Reported = TokenManagerEvent extends infer E
  ? E extends unknown
    ? Omit<E, 'at'>
    : never
  : never

export type Report = (event: Reported) => void
