import { RefreshUnavailableError, SignInError } from '../core/errors.ts'
import type { TabStorage, TokenStore } from '../core/ports.ts'
import {
  createAuthorizationRequest,
  type AuthorizationRequestOptions,
  type BegunSignIn,
} from './authorization-request.ts'
import { addressOf, readCallback, type Callback } from './callback.ts'
import { redeemCode, type RedeemedCode, type RedemptionOptions } from './code-redemption.ts'
import {
  createSignInTransactions,
  type SignInTransaction,
  type SignInTransactions,
} from './sign-in-transactions.ts'
import { createTabSignInMemory, type TabSignInMemory } from './tab-sign-in.ts'

export interface AuthorizationCode {
  /**
   * Writes down a sign-in and returns the address to leave for. What `check` throws, once the address
   * is known, stops it.
   */
  begin(options: BegunSignIn, check?: () => void): Promise<string>
  /** The callback in an address, if it answers a sign-in of this manager. */
  read(url: string): Callback | undefined
  /** What this browser knows of the sign-in with this state, which is over with that. */
  readonly take: SignInTransactions['take']
  readonly settle: SignInTransactions['settle']
  readonly stored: SignInTransactions['stored']
  /** Redeems the code. `check` throws once nobody wants the session any more. */
  redeem(
    callback: Callback,
    transaction: SignInTransaction,
    check: () => void,
  ): Promise<RedeemedCode>
  /** What this tab remembers of the last sign-in that it has left for. */
  readonly tab: TabSignInMemory
}

/** The authorization code grant with PKCE (RFC 6749 §4.1, RFC 7636, OpenID Connect Core §3.1). */
export function createAuthorizationCode(
  options: Omit<AuthorizationRequestOptions, 'whereToReturn'> &
    RedemptionOptions & {
      readonly store: TokenStore
      readonly tabStorage: TabStorage
      readonly key: string
    },
): AuthorizationCode {
  const { redirectUri, mark, pageUrl } = options
  const transactions = createSignInTransactions(options)
  const tab = createTabSignInMemory(options.tabStorage, options.key)
  /** Of the sign-in whose login page is shown elsewhere while this page stays. */
  const elsewhere = createTabSignInMemory(options.tabStorage, `${options.key} elsewhere`)

  /** By its mark; or an error that says no state, where this tab waits for an answer. */
  function ownState(parameters: URLSearchParams, address: string): string | undefined {
    const isForTab =
      !parameters.get('state') &&
      parameters.has('error') &&
      redirectUri !== undefined &&
      address === addressOf(redirectUri)
    return isForTab
      ? (elsewhere.recall() ?? tab.recall())?.state
      : parameters.getAll('state').find((state) => state.startsWith(mark))
  }
  const read = (url: string): Callback | undefined => readCallback(url, ownState)

  /** Here, unless this is where a callback has come to. */
  function whereToReturn(): string {
    const url = pageUrl()
    const last = tab.recall()
    return last?.at === addressOf(url) ? last.returnTo : (read(url)?.cleanUrl ?? url)
  }

  return {
    async begin(wanted, check) {
      const { address, transaction } = await createAuthorizationRequest(
        { ...options, whereToReturn },
        wanted,
      ).catch(cannotBegin)
      check?.()
      await transactions.add(transaction)
      const { state, returnTo } = transaction
      elsewhere.remember(wanted.openUrl ? { state, returnTo } : undefined)
      if (!wanted.openUrl) tab.remember({ state, returnTo, at: tab.recall()?.at })
      return address
    },
    read,
    ...transactions,
    take(state) {
      if (state === elsewhere.recall()?.state) elsewhere.remember(undefined)
      return transactions.take(state)
    },
    redeem: (callback, transaction, check) => redeemCode(options, callback, transaction, check),
    tab,
  }
}

/** There may be no session that is kept, and nothing here tries again. */
function cannotBegin(cause: unknown): never {
  if (!(cause instanceof RefreshUnavailableError)) throw cause
  throw new SignInError('UNAVAILABLE', `The sign-in cannot begin now: ${cause.message}`, { cause })
}
