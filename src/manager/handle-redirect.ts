import { SignInError, signedOutMeanwhile, withReturnTo } from '../core/errors.ts'
import type { Page } from '../core/page.ts'
import { patiently } from '../core/patiently.ts'
import type { Clock, Navigation } from '../core/ports.ts'
import type { SessionLifecycle } from '../core/session/session-lifecycle.ts'
import type { SessionState } from '../core/session/session-state.ts'
import type { AuthorizationCode } from '../oauth/authorization-code.ts'
import { addressOf, type Callback } from '../oauth/callback.ts'
import { redirectUriMismatch } from '../oauth/errors.ts'
import { parseReturnTo } from '../oauth/return-to.ts'
import type { SharedCallback } from '../oauth/shared-callback.ts'
import { isTransaction } from '../oauth/sign-in-transactions.ts'
import type { TokenManager } from './token-manager-api.ts'
import type { TokenEndpoint } from '../core/rotation/token-grant.ts'

/** A window that is still here after so long does not close. */
const closingMs = 1_000

type Arrival = { readonly returnTo: string } | undefined

/** The way back from the login page. */
export function createHandleRedirect(options: {
  readonly code: AuthorizationCode
  readonly lifecycle: SessionLifecycle
  readonly navigation: Navigation
  readonly page: Page
  readonly clock: Clock
  readonly ready: Promise<unknown>
  readonly getState: () => SessionState
  readonly redirectUri: string | undefined
  readonly sharedCallback: SharedCallback
  /** Tells the other tabs that there is something to look at. */
  readonly announce: () => void
  /** Best effort. */
  readonly revoke: TokenEndpoint['revoke']
}): TokenManager['handleRedirect'] {
  const { code, lifecycle, navigation, page, ready, redirectUri } = options
  const { tab } = code
  const isSignedIn = (): boolean => options.getState().status === 'signed-in'
  let running: { readonly state: string; readonly arrival: Promise<Arrival> } | undefined

  /** To the page that waits for this sign-in, which goes on while this window closes. */
  async function handOver(state: string, outcome: unknown): Promise<void> {
    try {
      await code.settle(state, outcome)
    } catch {
      // This window alone can say it.
      return
    }
    options.announce()
    navigation.close?.()
    await new Promise<void>((resolve) => patiently(options.clock, closingMs, resolve))
  }

  async function finish(callback: Callback): Promise<Arrival> {
    const { state, address } = callback
    const fence = lifecycle.raiseFence()
    const last = tab.recall()
    let returnTo = '/'
    let isFollowed: unknown
    let sessionId: string | undefined
    /** Also for a reload, and for the next sign-in from here. */
    function knowWhereTo(wanted: string | undefined, awaitedAt?: string): void {
      returnTo = parseReturnTo(wanted ?? returnTo, navigation.currentUrl()) ?? '/'
      tab.remember({ returnTo, at: address, awaitedAt })
    }
    knowWhereTo(last?.state === state ? last.returnTo : undefined)
    try {
      await ready
      // A page that is only prerendered spends no code.
      await page.present()
      await fence.look()
      const known = await code.take(state)
      knowWhereTo(known?.returnTo)
      const isOpen = isTransaction(known)
      // Opened again, or too late to be known; a router must not strand on the callback's address.
      isFollowed = isOpen && known.isFollowed
      if (isOpen || !isSignedIn()) {
        const awaited = isOpen ? known.redirectUri : redirectUri
        const awaitedAt = awaited === undefined ? address : addressOf(awaited)
        if (awaitedAt !== address) {
          knowWhereTo(returnTo, awaitedAt)
          throw redirectUriMismatch(address, awaitedAt)
        }
        if (!isOpen) {
          throw new SignInError(
            'NO_TRANSACTION',
            'This callback answers no sign-in that is open in this browser: sign in again.',
          )
        }
        const redeemed = await code.redeem(callback, known, () => {
          if (fence.isPassed()) throw signedOutMeanwhile()
        })
        const begun = await lifecycle.start({ ...redeemed, fence })
        if (!begun) {
          // Nobody else has it, and nobody will.
          const { refreshToken } = redeemed.reply
          if (refreshToken !== undefined) void options.revoke(refreshToken)
          throw signedOutMeanwhile()
        }
        // As long as only this window knows of the session, it stays.
        isFollowed &&= begun.isStored
        sessionId = begun.sessionId
      }
      tab.remember(undefined)
      if (isFollowed) await handOver(state, { sessionId })
      return { returnTo }
    } catch (error) {
      if (isFollowed) {
        const { message } = error as Error
        await handOver(state, { ...(error as object), message })
      }
      throw withReturnTo(error, returnTo)
    }
  }

  /** No callback; but this may be where one came to, whose page was reloaded before the app could go on. */
  async function lookBack(url: string): Promise<Arrival> {
    options.sharedCallback.see(url)
    await ready
    const last = tab.recall()
    const { at, awaitedAt, returnTo = '/' } = last ?? {}
    const isHere = at === addressOf(url) && !new URL(url).searchParams.has('state')
    if (isSignedIn()) {
      if (last) tab.remember(undefined)
      return isHere ? { returnTo } : undefined
    }
    // It comes to the same as the callback itself, and would be a silent loop otherwise.
    if (isHere && awaitedAt !== undefined) {
      throw withReturnTo(redirectUriMismatch(at, awaitedAt), returnTo)
    }
    return undefined
  }

  return async function handleRedirect(given) {
    const current = navigation.currentUrl()
    const url = given === undefined ? current : parseUrl(given, current)
    const callback = code.read(url)
    if (running && (callback?.state ?? running.state) === running.state) return running.arrival
    if (!callback) return lookBack(url)
    // Before anything else: what the address bar shows can be read and sent on by other scripts.
    const shown = code.read(current)
    if (shown) navigation.replaceUrl(shown.cleanUrl)
    const mine = { state: callback.state, arrival: finish(callback) }
    running = mine
    return mine.arrival.finally(() => {
      if (running === mine) running = undefined
    })
  }
}

/** Not whatever object the method was called with as a handler: that would be silence, and a loop. */
function parseUrl(given: unknown, base: string): string {
  const isAddress = typeof given === 'string' || given instanceof URL
  if (isAddress && URL.canParse(given, base)) return new URL(given, base).href
  throw new TypeError('handleRedirect(url): url must be an address')
}
