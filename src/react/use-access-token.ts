import { useEffect, useState } from 'react'
import {
  occasionToAsk,
  ownerOf,
  type AccessTokenState,
} from '../core/session/access-token-state.ts'
import type { TokenError } from '../core/errors.ts'
import type { SessionState } from '../core/session/session-state.ts'
import type { AccessTokenOptions, TokenManager } from '../manager/token-manager-api.ts'
import { useAuth } from './use-auth.ts'
import { useSession } from './use-session.ts'

/** Which access token. May be written inline: what counts are the members, not the object. */
export type UseAccessTokenOptions = Omit<AccessTokenOptions, 'rejected' | 'signal'>

export type { AccessTokenState }

/** What was heard, from whom, and what for. */
interface Answer {
  readonly manager: TokenManager
  readonly owner: string | number | undefined
  readonly wish: string
  readonly state: AccessTokenState
}

const pending: AccessTokenState = { status: 'pending' }
const signedOut: AccessTokenState = { status: 'signed-out' }

/**
 * Keeps an access token at hand while the component is mounted, for what cannot use
 * {@link useAuthFetch}: a WebSocket, the client of a vendor.
 *
 * Asks for a token after mounting, and again whenever one was renewed in any tab and whenever a
 * hold-off has ended. Until the new one is there the old one stays, if both are known to be of one
 * user. Asking counts as use: on a visible page, and unless `refreshAhead` is `'never'`, the token is
 * renewed ahead of its end. Unmounting stops the waiting, never the renewal.
 *
 * The token is in the component's state, and nowhere else, until sign-out or unmounting. Do not
 * render it, and do not hand it down further than needed.
 *
 * @param options Which token, and how good it has to be when it is asked for.
 *
 * @throws {Error} There is no `AuthProvider` above this component.
 *
 * @example
 *
 * ```tsx
 * import { useEffect } from 'react'
 * import { useAccessToken } from 'tokenring/react'
 *
 * export function LivePrices() {
 *   const { status, token } = useAccessToken({ minValidityMs: 30_000 })
 *   useEffect(() => {
 *     if (token === undefined) return
 *     const socket = new WebSocket('wss://api.example.com/live', ['bearer', token])
 *     return () => socket.close()
 *   }, [token])
 *   return <p>{status === 'failed' ? 'No prices for now' : 'Prices'}</p>
 * }
 * ```
 */
export function useAccessToken(options: UseAccessTokenOptions = {}): AccessTokenState {
  const { scope, resource, audience, minValidityMs } = options
  // In words, for the effect too: what is no text can be another object in every render, and would be
  // asked for without end.
  const wish = JSON.stringify([scope, resource, audience])
  const validity = String(minValidityMs)
  const manager = useAuth()
  const status = useSession(toStatus)
  const owner = useSession(ownerOf)
  const [answer, setAnswer] = useState<Answer>()

  useEffect(() => {
    let caller = new AbortController()
    let occasion: string | undefined
    let last: Answer | undefined

    // Followed here rather than by rendering: most changes bring nothing that is shown.
    const unsubscribe = manager.subscribe((session) => {
      const next = occasionToAsk(session)
      if (next === occasion) return
      occasion = next
      caller.abort()
      caller = new AbortController()
      if (occasion === undefined) {
        last = undefined
        setAnswer(undefined)
        return
      }
      const { signal } = caller
      const take = (state: AccessTokenState): void => {
        const heard = { manager, owner: ownerOf(session), wish, state }
        if (signal.aborted || isSame(last, heard)) return
        last = heard
        setAnswer(heard)
      }
      manager.getAccessToken({ scope, resource, audience, minValidityMs, signal }).then(
        (token) => take({ status: 'ready', token }),
        (error: TokenError) => take({ status: 'failed', error }),
      )
    })

    return () => {
      unsubscribe()
      caller.abort()
    }
  }, [manager, wish, validity])

  if (status !== 'signed-in') return status === 'signed-out' ? signedOut : pending
  const isFitting = answer?.manager === manager && answer.owner === owner && answer.wish === wish
  return isFitting ? answer.state : pending
}

/** Whether nothing is to be rendered: the same user's same token. */
function isSame(a: Answer | undefined, b: Answer): boolean {
  return b.state.status === 'ready' && a?.owner === b.owner && a?.state.token === b.state.token
}

function toStatus(state: SessionState): SessionState['status'] {
  return state.status
}
