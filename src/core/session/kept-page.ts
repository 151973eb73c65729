import type { TokenManagerEvent } from '../events.ts'
import type { SessionState } from './session-state.ts'

/** What is on the page of a user, or was when the session ended by itself. */
export interface KeptPage {
  /** Another one is another page: nothing of the one before is left on it. */
  readonly key: number
  readonly sub?: string | undefined
  readonly standing: 'hidden' | 'shown' | 'kept'
}

export const noPage: KeptPage = { key: 0, standing: 'hidden' }

/** Ends that nobody has asked for, after which the same user is likely to come back. */
const byItself: readonly string[] = ['rejected', 'rotation-lost', 'refused', 'expired', 'key-lost']

/**
 * The page that follows. It outlasts an end of the session that nobody has asked for, and comes back to
 * the same user only: to one who is known to be the same.
 */
export function nextPage(page: KeptPage, state: SessionState): KeptPage {
  const { key, sub, standing } = page
  if (state.status === 'signed-in') {
    const isSame =
      state.sub === sub && (standing === 'shown' || (standing === 'kept' && sub !== undefined))
    if (isSame && standing === 'shown') return page
    return { key: isSame ? key : key + 1, sub: state.sub, standing: 'shown' }
  }
  if (standing === 'hidden') return page
  const isKept = state.status === 'signed-out' && byItself.includes(state.reason)
  if (isKept) return standing === 'kept' ? page : { key, sub, standing: 'kept' }
  return { key, standing: 'hidden' }
}

/** The same after a time in which states may have been missed: nothing is known to be the same then. */
export function pageAfterGap(page: KeptPage, state: SessionState): KeptPage {
  return nextPage({ ...page, standing: 'hidden' }, state)
}

/** A session that has begun of nobody knows whom may be another user's, whatever state is shown of it. */
export function pageAfter(page: KeptPage, event: TokenManagerEvent): KeptPage {
  const isUnknown = event.type === 'session-started' && event.sub === undefined
  return isUnknown ? { ...page, standing: 'hidden' } : page
}
