import { checked, signInRules } from './call-options.ts'
import { disposedError, notLeft } from '../core/errors.ts'
import type { Page } from '../core/page.ts'
import { patiently } from '../core/patiently.ts'
import type { AbortSignalLike, Clock, Navigation } from '../core/ports.ts'
import type { SignInTurnParts, SignInWatch } from '../core/sign-in-watch.ts'
import { onAbort, unlessStopped, type Stop } from '../core/until.ts'
import type { AuthorizationCode } from '../oauth/authorization-code.ts'
import type { AnySignInOptions, OpenUrlSignInOptions, SignInOptions } from './sign-in-options.ts'
import type { TokenManager } from './token-manager-api.ts'
import { createUnaskedSignIns } from './unasked-sign-ins.ts'

/** A page that is still here after so long has not left: its user said "stay", or the server sent no page. */
const stillHereMs = 30_000

/** All that one leaving is for: what the first has asked for counts. */
type Asked = [AnySignInOptions, ...AnySignInOptions[]]

const isWanted = (asked: AnySignInOptions): boolean => asked.wanted?.() !== false

/** The way to the login page. */
export function createSignIn(
  options: {
    readonly code: AuthorizationCode
    readonly navigation: Navigation
    readonly page: Page
    readonly clock: Clock
    readonly redirectUri: string | undefined
    readonly disposal: AbortSignalLike
  } & SignInWatch &
    SignInTurnParts &
    Parameters<typeof createUnaskedSignIns>[0],
): TokenManager['signIn'] {
  const { code, navigation, page, clock, redirectUri, disposal } = options
  const unasked = createUnaskedSignIns(options)
  let leaving: { readonly asked: Asked; readonly end: Promise<never> } | undefined
  let hasWarned = false

  const disposed: Stop = (reject) => onAbort(disposal)(() => reject(disposedError()), reject)
  const restored: Stop = (reject) =>
    page.subscribe((event) => {
      if (event === 'restore') reject(notLeft('it is here again'))
    })
  const stayed: Stop = (reject) => {
    const cancel = patiently(clock, stillHereMs, () => reject(notLeft('it is still here')))
    // Once it goes, only a return says that it is here.
    const unsubscribe = page.subscribe((event) => event === 'hide' && cancel())
    return () => {
      cancel()
      unsubscribe()
    }
  }

  async function leave(asked: Asked): Promise<never> {
    // One that is only prerendered goes nowhere.
    if (page.isAway()) await unlessStopped(page.present(), [disposed])
    const count = unasked.begin()
    warnOfOtherOrigin()
    /** Asked before anything is written down as well: a page that stays has not left for a sign-in. */
    const check = (): void => {
      requireNetwork()
      if (leaving?.asked !== asked || !asked.some(isWanted)) throw notLeft('it is still here')
    }
    let address: string
    try {
      address = await unlessStopped(code.begin(asked[0], check), [restored, disposed])
      check()
    } catch (error) {
      // Another one has taken its place.
      if (leaving && leaving.asked !== asked) return leaving.end
      throw error
    }
    count()
    navigation.leaveFor(address)
    return unlessStopped(new Promise<never>(() => {}), [restored, disposed, stayed])
  }

  /** Nobody is sent to the browser's error page, away from what he has typed. */
  function requireNetwork(): void {
    if (!page.isOnline()) throw notLeft('it is offline')
  }

  /** The page that comes back would be another app's: its storage knows nothing of this sign-in. */
  function warnOfOtherOrigin(): void {
    if (hasWarned || redirectUri === undefined) return
    const { origin, href } = new URL(navigation.currentUrl())
    if (new URL(redirectUri, href).origin === origin) return
    hasWarned = true
    // oxlint-disable-next-line no-console -- a mistake of the developer's that nothing here will ever hear of
    console.warn(
      `tokenring: options.redirectUri (${redirectUri}) has another origin than this page (${origin}): no sign-in comes back here.`,
    )
  }

  function signIn(wanted: OpenUrlSignInOptions): Promise<void>
  function signIn(wanted?: SignInOptions): Promise<never>
  async function signIn(wanted?: AnySignInOptions): Promise<void> {
    if (disposal.aborted) throw disposedError()
    const given = checked(wanted, signInRules)
    if (given.openUrl) {
      given.follow?.(options)
      const address = await unlessStopped(code.begin(given), [disposed])
      await given.openUrl(address)
      return
    }
    // Not a part of leaving: a user who asks for it meanwhile does not wait for a turn.
    if (given.before && !(await given.before(options))) return
    if (
      !leaving?.asked.some(isWanted) ||
      // A user who wants to be asked would come back unasked.
      (leaving.asked[0].prompt === 'none' && given.prompt !== 'none')
    ) {
      const asked: Asked = [given]
      const end = leave(asked).finally(() => {
        if (leaving?.end === end) leaving = undefined
      })
      leaving = { asked, end }
    } else leaving.asked.push(given)
    return leaving.end
  }
  return signIn
}
