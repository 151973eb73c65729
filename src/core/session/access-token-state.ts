import type { TokenError } from '../errors.ts'
import type { SessionState } from './session-state.ts'

/** An access token as a hook shows it, or why there is none. */
export type AccessTokenState =
  /** The session or the token is still being fetched. */
  | { readonly status: 'pending'; readonly token?: undefined; readonly error?: undefined }
  | { readonly status: 'ready'; readonly token: string; readonly error?: undefined }
  /** The session is kept. Asked for again when the hold-off ends, or another token or user has come. */
  | { readonly status: 'failed'; readonly token?: undefined; readonly error: TokenError }
  | { readonly status: 'signed-out'; readonly token?: undefined; readonly error?: undefined }

/** Whose token it is. Where that is not known, it may be another user's with every generation. */
export function ownerOf(state: SessionState): string | number | undefined {
  return state.status === 'signed-in' ? (state.sub ?? state.generation) : undefined
}

/** Changes when asking again may bring something else; nothing without a session. */
export function occasionToAsk(state: SessionState): string | undefined {
  if (state.status !== 'signed-in') return undefined
  return JSON.stringify([
    ownerOf(state),
    state.generation,
    ['waiting', 'halted'].includes(state.refresh.phase),
  ])
}
