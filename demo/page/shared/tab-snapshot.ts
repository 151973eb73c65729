import type { SessionState } from '../../../src/index.ts'
import type { Conditions } from './conditions.ts'

/** A tab as the demo shows it, in the tab itself and in the grid. */
export interface TabSnapshot {
  /** The tab's name, and the name of its lane. */
  readonly lane: string
  /** `page`: the one with the grid; `frame`: in the grid; `window`: a tab of the browser. */
  readonly kind: TabKind
  /** Ms since the epoch, by the machine's own clock. */
  readonly at: number
  /** When this page load began; likewise. */
  readonly loadedAt: number
  readonly state: StateSummary
  /** As this tab knows them. */
  readonly conditions: Conditions
  /** What the sign-in came to that this tab began last, until another session begins. */
  readonly signIn?: SignInEnd
  /** The last ones, the newest last. */
  readonly requests: readonly RequestSummary[]
}

export interface SignInEnd {
  /** Ms since the epoch, by the machine's own clock. */
  readonly endedAt: number
  /** Why it did not succeed, if it did not. */
  readonly problem?: string
}

export type TabKind = 'page' | 'frame' | 'window'

export type StateSummary =
  | { readonly status: 'restoring' }
  | { readonly status: 'signed-out'; readonly reason: string }
  | {
      readonly status: 'signed-in'
      readonly user: string
      readonly generation: number
      /** What is left of the access token's life at `at`. */
      readonly leftMs: number
      readonly phase: 'idle' | 'running' | 'waiting' | 'halted'
      readonly code?: string
    }

export interface RequestSummary {
  readonly id: string
  /** A status, or the code of an error. */
  readonly outcome: string
  readonly sends: number
}

/** @param now What the tab's clock says. */
export function summarize(state: SessionState, now: number): StateSummary {
  if (state.status === 'restoring') return { status: 'restoring' }
  if (state.status === 'signed-out') return { status: 'signed-out', reason: state.reason }
  const { generation, accessTokenExpiresAt, refresh } = state
  return {
    status: 'signed-in',
    user: userOf(state),
    generation,
    leftMs: accessTokenExpiresAt === undefined ? 0 : Math.max(0, accessTokenExpiresAt - now),
    phase: refresh.phase,
    ...('error' in refresh && { code: refresh.error.code }),
  }
}

/** What to call who is signed in; there is no name without an ID token. */
export function userOf(state: SessionState): string {
  if (state.status !== 'signed-in') return ''
  const name = state.claims?.['name']
  return typeof name === 'string' ? name : (state.sub ?? 'somebody')
}
