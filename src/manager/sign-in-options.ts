import type { SignInTurnParts, SignInWatch } from '../core/sign-in-watch.ts'
import type { SignInOptions } from '../oauth/authorization-request.ts'

export type { SignInOptions }

export interface OpenUrlSignInOptions extends SignInOptions {
  /** Shows the login page: in the system's browser, in another window. It may return a promise. */
  readonly openUrl: (url: string) => unknown
  /**
   * For `tokenring/popup`: called first, with what tells what becomes of the sign-in. The window that
   * finishes it is closed.
   *
   * @internal
   */
  readonly follow?: ((watch: SignInWatch) => void) | undefined
}

/** What any sign-in may be told. */
export interface AnySignInOptions extends Partial<OpenUrlSignInOptions> {
  /**
   * For `tokenring/silent`: called before the page leaves, with what tells whose turn it is. The page
   * stays, and the promise fulfils, unless it says that it may.
   *
   * @internal
   */
  readonly before?: ((here: SignInTurnParts) => Promise<boolean>) | undefined
  /**
   * For guards: asked once more at the moment in which the page would leave. It stays, and the promise
   * rejects with `NOT_LEFT`, if nobody who has asked for the sign-in wants it any more.
   *
   * @internal
   */
  readonly wanted?: (() => boolean) | undefined
}
