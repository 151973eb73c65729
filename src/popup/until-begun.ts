import {
  ConfigurationError,
  SignInError,
  disposedError,
  signedOutMeanwhile,
} from '../core/errors.ts'
import { patiently } from '../core/patiently.ts'
import type { SignInWatch } from '../core/sign-in-watch.ts'
import { onAbort, unlessStopped, untilFirst, type Stop } from '../core/until.ts'
import type { SignInOptions, TokenManager } from '../manager/token-manager-api.ts'
import { isInForeignFrame } from './is-in-foreign-frame.ts'
import { createLoginWindow, type LoginWindow } from './login-window.ts'
import { parseOutcome } from './parse-outcome.ts'

export interface PopupSignInOptions extends SignInOptions {
  /** Stops the waiting. A user who is at the login page by then may go on there, and be signed in. */
  readonly signal?: AbortSignal | undefined
  /** Whose session it has to be: `sub` of the state, before you send a request of that user again. */
  readonly sub?: string | undefined
}

/** As long as a user may need for a second factor, a lost password, or a mail. */
const longestMs = 10 * 60_000
/** A message may be lost, and nothing tells that a window was closed. */
const lookEveryMs = 1_000

/** A sign-in that is shown in the window, or about to be. */
interface Shown {
  readonly watch: SignInWatch
  readonly login: LoginWindow
  state?: string
}

/**
 * Begins the sign-in in the window, and fulfils when its session has begun; with `'late'` when it is too
 * late for that.
 */
export async function untilBegun(
  auth: TokenManager,
  popup: Window,
  options: PopupSignInOptions,
): Promise<'late' | undefined> {
  const willAnyDo = willAnySessionDo(auth, options)
  const over = new AbortController()
  const here: { shown?: Shown } = {}

  const opened = auth.signIn({
    ...options,
    follow(watch) {
      requireSharedStorage(watch)
      here.shown = { watch, login: createLoginWindow(popup, watch.clock) }
    },
    openUrl(url) {
      if (!here.shown || over.signal.aborted) return
      if (here.shown.login.isKnownClosed()) throw popupClosed()
      here.shown.state = new URL(url).searchParams.get('state') ?? ''
      here.shown.login.show(url)
    },
  })
  const { shown } = here
  // It was refused, and rejects.
  if (!shown) return opened.then(() => undefined)

  const { clock, disposal } = shown.watch
  const disposed: Stop = (reject) => onAbort(disposal)(() => reject(disposedError()), reject)
  const late: Stop<'late'> = (_, resolve) => patiently(clock, longestMs, () => resolve('late'))
  // The stored session may not have been read yet, and is none that has begun meanwhile.
  let wasSignedOut = false
  const anySession: Stop<undefined> = (_, resolve) =>
    auth.subscribe(({ status }) => {
      wasSignedOut ||= status === 'signed-out'
      if (willAnyDo && wasSignedOut && status === 'signed-in') resolve(undefined)
    })
  const isStrict = wantsMoreThanASession(options)
  const work = opened.then(() => untilSettled(shown, isStrict, over.signal))
  return unlessStopped<'late' | undefined>(work, [
    onAbort(options.signal),
    disposed,
    late,
    anySession,
  ]).finally(() => over.abort())
}

/** Looks what has become of it whenever there is news, and now and then. */
async function untilSettled(
  { watch, login, state = '' }: Shown,
  isStrict: boolean,
  over: AbortSignal,
): Promise<undefined> {
  if (over.aborted) return
  let hasNews = false
  let wake = (): void => {}
  const onNews = (): void => {
    hasNews = true
    wake()
  }
  watch.news.addEventListener('news', onNews)
  over.addEventListener('abort', () => {
    watch.news.removeEventListener('news', onNews)
    wake()
  })
  while (!over.aborted) {
    hasNews = false
    // First: the window closes once there is something to find.
    const isClosed = login.isKnownClosed()
    const outcome = await watch.code.stored().then(
      (signIns) => parseOutcome(signIns, state),
      () => undefined,
    )
    if (outcome instanceof Error) throw outcome
    const found = outcome && (await watch.keeper.read().catch(() => undefined))
    if (found) {
      // Another tab may have asked as well, and its session come after this one.
      const isReplaced = found.session !== undefined && found.session.id !== outcome.sessionId
      if (!found.session || (isReplaced && isStrict)) throw signedOutMeanwhile()
      return
    }
    if (isClosed) throw popupClosed()
    if (hasNews) continue
    await untilFirst(watch.clock, lookEveryMs, (listener) => {
      wake = listener
      if (over.aborted) listener()
      return () => {}
    })
  }
}

/** Where nobody was known to be signed in and nothing particular is wanted; what there is already will not do. */
function willAnySessionDo(auth: TokenManager, options: PopupSignInOptions): boolean {
  const { loginHint, parameters } = options
  return (
    auth.getState().status !== 'signed-in' &&
    !wantsMoreThanASession(options) &&
    loginHint === undefined &&
    parameters === undefined
  )
}

/** What only the sign-in that was asked for has. Whose session it is, `sub` says. */
function wantsMoreThanASession(options: PopupSignInOptions): boolean {
  const { scope, prompt, acrValues, maxAgeSeconds } = options
  return [scope, prompt, acrValues, maxAgeSeconds].some((particular) => particular !== undefined)
}

/** What the other window stores has to get here. */
function requireSharedStorage({ storage }: SignInWatch): void {
  const isShared = storage !== 'memory'
  if (isShared && !isInForeignFrame()) return
  throw new ConfigurationError(
    'UNSUPPORTED',
    `A session that begins in another window does not get here: ${isShared ? 'this is a frame of another site' : "options.storage is 'memory'"}.`,
  )
}

function popupClosed(): SignInError {
  return new SignInError('POPUP_CLOSED', 'The window was closed before a session had begun.')
}
