import { abortSignal, checkedMembers, type Rule } from '../core/checked-members.ts'
import type { SignInTurnParts } from '../core/sign-in-watch.ts'
import type { AnySignInOptions } from '../manager/sign-in-options.ts'
import type { TokenManager } from '../manager/token-manager-api.ts'
import { untilTurn, type Turn } from './until-turn.ts'

/** The options of `signIn` that go with a sign-in in which nobody is asked, and a signal. */
export interface SilentSignInOptions extends Pick<
  AnySignInOptions,
  'returnTo' | 'scope' | 'loginHint' | 'acrValues' | 'maxAgeSeconds' | 'parameters'
> {
  /** Stops the waiting. A page that is leaving by then leaves. */
  readonly signal?: AbortSignal | undefined
}

/** There is a session; or the user has to be asked, so show what begins a sign-in. */
export type SilentSignIn = 'signed-in' | 'interaction-required'

const rules: Readonly<Record<string, Rule>> = { signal: abortSignal }

/**
 * Looks whether the authorization server knows the user, with a redirect on which nobody is asked
 * anything (`prompt=none`): where no session has ever been here, and after a renewal whose reply was
 * lost. Call it once `handleRedirect()` has settled. The page leaves, so that the promise stays open,
 * or it fulfils.
 *
 * Of several tabs one goes, and only one that the user sees; the others wait for its session, hidden
 * ones until they are shown. No tab goes twice unless a session has come of it, none within a minute
 * after a sign-in of another one, and none after a sign-out or any other end: these, and a frame, fulfil
 * with `'interaction-required'` at once. Elsewhere it is waited for 60 s at most while the page is shown.
 *
 * @param auth The app's manager.
 * @param options As for `signIn`, without `prompt`.
 *
 * @throws {SignInError} `NOT_LEFT`, `UNAVAILABLE`, `LOOP` as `signIn()`: offer the sign-in.
 * @throws {ConfigurationError} As `signIn()`.
 * @throws {StorageError} As `signIn()`.
 * @throws {TypeError} An option is wrong.
 * @throws {DisposedError} After `dispose()`.
 *
 * @example
 *
 * ```ts
 * import { signInSilently } from 'tokenring/silent'
 *
 * const button = document.querySelector('button')
 * const found = await signInSilently(auth)
 * if (button) button.hidden = found === 'signed-in'
 * ```
 *
 * @see [OpenID Connect Core §3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)
 */
export async function signInSilently(
  auth: TokenManager,
  options: SilentSignInOptions = {},
): Promise<SilentSignIn> {
  const { signal } = checkedMembers('options', options, rules) as SilentSignInOptions
  signal?.throwIfAborted()
  let turn: Turn | undefined
  const before = async (here: SignInTurnParts): Promise<boolean> => {
    turn = await untilTurn(auth, here, signal)
    return turn.kind === 'leave'
  }
  const signIn: AnySignInOptions = { ...options, prompt: 'none', before }
  try {
    await auth.signIn(signIn)
  } finally {
    turn?.release()
  }
  return turn?.kind === 'signed-in' ? 'signed-in' : 'interaction-required'
}
