import type { AbortSignalLike, Clock } from './ports.ts'

/** What a page needs that waits for a sign-in which another window finishes. */
export interface SignInWatch {
  readonly clock: Clock
  readonly disposal: AbortSignalLike
  /** Whether other windows have the same session. */
  readonly isShared: boolean
  /**
   * What has become of the sign-in with this state, or `undefined` as long as it is open. As it lies
   * in storage: nobody has looked into it yet. The session was read after it, so that the state shows
   * what it brought.
   */
  outcomeOf(state: string): Promise<unknown>
  /** Calls `listener` when another tab has told of something, and returns what ends that. */
  onNews(listener: () => void): () => void
}
