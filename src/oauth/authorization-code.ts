import type { TokenStore } from '../core/ports.ts'
import {
  createAuthorizationRequest,
  type AuthorizationRequestOptions,
  type SignInOptions,
} from './authorization-request.ts'
import { isCallback } from './callback.ts'
import { redeemCode, type RedeemedCode, type RedemptionOptions } from './code-redemption.ts'
import { createSignInTransactions } from './sign-in-transactions.ts'

export type { RedeemedCode, SignInOptions }

export interface AuthorizationCode {
  /** Writes down a sign-in and returns the address to leave for. */
  begin(options: SignInOptions): Promise<string>
  isCallback(url: string): boolean
  /** Redeems the code; `undefined` if this browser has not begun that sign-in, or has finished it. */
  redeem(url: string): Promise<RedeemedCode | undefined>
}

/** The authorization code grant with PKCE (RFC 6749 §4.1, RFC 7636, OpenID Connect Core §3.1). */
export function createAuthorizationCode(
  options: AuthorizationRequestOptions &
    RedemptionOptions & {
      readonly store: TokenStore
      readonly key: string
    },
): AuthorizationCode {
  const { redirectUri } = options
  const transactions = createSignInTransactions(options)

  return {
    async begin(wanted) {
      const { address, transaction } = await createAuthorizationRequest(options, wanted)
      await transactions.add(transaction)
      return address
    },
    isCallback: (url) => redirectUri !== undefined && isCallback(url, redirectUri),
    async redeem(url) {
      const callback = new URL(url)
      // Taken out before anything can fail: a callback that is opened again finds nothing (RFC 6749 §10.12).
      const transaction = await transactions.take(callback.searchParams.get('state') ?? '')
      return transaction && redeemCode(options, callback, transaction)
    },
  }
}
