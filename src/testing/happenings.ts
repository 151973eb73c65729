import type { TokenManagerEvent } from '../core/events.ts'
import type { TabProcess } from './steps.ts'

/** One token request on its way. */
export interface TokenRequest {
  readonly id: number
  readonly tab: TabProcess
  readonly refreshToken: string
  /** What it was sent for, if a courier has sent it. */
  readonly letter?: string
}

/** How a token request ended for the tab that sent it. */
export type RequestEnd =
  | { readonly kind: 'answered'; readonly status: number; readonly body: unknown }
  /** The connection broke, or the tab gave up. */
  | { readonly kind: 'cut' }

/** What is seen of virtual tabs from the outside, as it happens. */
export type Happening = { readonly tab: TabProcess } & (
  | { readonly type: 'read-begun' }
  /** Storage has carried out a transaction; `before` and `after` are what it holds. */
  | {
      readonly type: 'wrote'
      readonly durable: boolean
      readonly before: unknown
      readonly after: unknown
    }
  | { readonly type: 'refused' }
  /** A transaction has not been answered for so long that its tab need not wait for it any more. */
  | { readonly type: 'silent' }
  /** A tab gets to know what storage held when its transaction was carried out. */
  | { readonly type: 'told'; readonly by: 'read' | 'write'; readonly stored: unknown }
  | { readonly type: 'lock-requested' }
  | { readonly type: 'lock-granted' }
  | { readonly type: 'lock-released'; readonly held: boolean }
  | { readonly type: 'sent'; readonly request: TokenRequest }
  | { readonly type: 'arrived'; readonly request: TokenRequest; readonly status: number }
  /** The server has received the code of a sign-in. */
  | { readonly type: 'code-arrived'; readonly code: string }
  | { readonly type: 'ended'; readonly request: TokenRequest; readonly end: RequestEnd }
  /** A token leaves for an API. */
  | { readonly type: 'api-sent'; readonly url: string; readonly token: string }
  | { readonly type: 'api'; readonly url: string; readonly token: string; readonly status: number }
  | { readonly type: 'message' }
  | { readonly type: 'event'; readonly event: TokenManagerEvent }
  | {
      readonly type: 'fate'
      readonly fate: 'opened' | 'killed' | 'frozen' | 'thawed' | 'put-away' | 'back' | 'lock-lost'
    }
)

export type Observe = (happening: Happening) => void
