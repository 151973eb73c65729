import type { SessionState } from 'tokenring'

/**
 * Of a sign-in that came to nothing. Nothing to a user who has just come back from the login page, nor
 * where none has come within 30 s, which looks the same: the button is there again.
 */
export function sayFailure(error: unknown): string {
  if (!error) return ''
  const { code } = error as { code?: unknown }
  // The server was to ask nobody, and does not know the user: nothing has failed.
  if (code === 'INTERACTION_REQUIRED') return ''
  if (code !== 'NOT_LEFT') return 'The sign-in did not succeed.'
  return navigator.onLine ? '' : 'You are offline.'
}

/** Why a user is signed out who has not done it himself. */
export function sayEnd(state: SessionState): string {
  if (state.status !== 'signed-out') return ''
  switch (state.reason) {
    case 'never':
    case 'signed-out':
      return ''
    case 'idle':
      return 'You were signed out because nobody did anything for a while.'
    case 'storage-cleared':
      return 'You were signed out because the data of this site were deleted in this browser.'
    case 'subject-changed':
      return 'You were signed out because somebody else has signed in.'
    default:
      return 'You were signed out because your session has ended.'
  }
}
