import {
  abortSignal,
  checkedMembers,
  hasMethods,
  mustBe,
  word,
  type Rule,
} from '../core/checked-members.ts'
import { SessionChangedError, SignInError } from '../core/errors.ts'
import type { TokenManager } from '../manager/token-manager-api.ts'
import { untilBegun, type PopupSignInOptions } from './until-begun.ts'

const rules: Readonly<Record<string, Rule>> = {
  signal: abortSignal,
  sub: word,
}
/**
 * Signs the user in, in a window that the app has opened, while this page stays as it is. Fulfils when
 * the session that comes of it has begun and `getState()` shows it. Where this page was signed out, and
 * nothing particular is wanted, any session will do, such as one that was begun in another tab.
 *
 * The window needs no page of its own: `handleRedirect()` of the app finishes the sign-in there, and
 * closes it. The session comes by way of storage, so the login page may have cut itself off from this
 * page (`Cross-Origin-Opener-Policy`), and may come back in yet another window, as from a link in a mail.
 * A session that begins after this promise has rejected is taken over all the same.
 *
 * @param auth The app's manager.
 * @param popup What `window.open()` has returned in the handler of a click; `null` where the browser has
 *   refused. It goes to the login page, without a way back to this one (`opener`), so that from then on
 *   nobody but the user and itself can close it.
 * @param options As for `signIn`, and a signal.
 *
 * @throws {SignInError} `POPUP_BLOCKED`: there is no window. `POPUP_CLOSED`: the user has closed it, where
 *   that can be known; it cannot with a login page that has cut itself off. `UNAVAILABLE`: nothing has
 *   come back within ten minutes, or metadata cannot be had now. `DENIED` and all others that
 *   `handleRedirect()` has. A session that was there is untouched.
 * @throws {SessionChangedError} The session is not that of `sub`: load the page's data anew.
 * @throws {ConfigurationError} `UNSUPPORTED`: this is no secure context, or a frame of another site, or
 *   `storage` is `'memory'`, so that no session gets here from another window. Others as `signIn()`.
 * @throws {StorageError} What the sign-in has to remember cannot be stored.
 * @throws {TypeError} An argument is wrong, as for `signIn()`.
 * @throws {DisposedError} After `dispose()`.
 *
 * @example
 *
 * ```ts
 * import { signInWithPopup } from 'tokenring/popup'
 *
 * document.querySelector('button')?.addEventListener('click', async () => {
 *   // Before anything is awaited: later the browser would block it.
 *   const popup = window.open('', '_blank', 'popup,width=480,height=640')
 *   await signInWithPopup(auth, popup)
 * })
 * ```
 */
export async function signInWithPopup(
  auth: TokenManager,
  popup: Window | null,
  options: PopupSignInOptions = {},
): Promise<void> {
  if (popup === null) {
    throw new SignInError(
      'POPUP_BLOCKED',
      'There is no window: open it in the handler of a click, before anything is awaited.',
    )
  }
  if (!hasMethods(popup, 'close')) {
    throw mustBe('popup', 'what window.open() has returned')
  }
  const ending = await begin(auth, popup, options).catch((error: unknown) => {
    // Browsers may refuse that once it shows the login page, which has nobody to close it then.
    popup.close()
    throw error
  })
  // The window stays: somebody may be about to type the last digit.
  if (ending === 'late') {
    throw new SignInError('UNAVAILABLE', 'No sign-in has come back within ten minutes.')
  }
  popup.close()
  const { sub } = options
  const state = auth.getState()
  if (sub !== undefined && (state.status !== 'signed-in' || state.sub !== sub)) {
    throw new SessionChangedError(
      'SESSION_CHANGED',
      'The session that has begun is another user’s: load the data of the page anew.',
    )
  }
}

async function begin(
  auth: TokenManager,
  popup: Window,
  options: PopupSignInOptions,
): Promise<'late' | undefined> {
  const { signal } = checkedMembers('options', options, rules) as PopupSignInOptions
  if (signal?.aborted) throw signal.reason
  return untilBegun(auth, popup, options)
}
