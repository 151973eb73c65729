import type { TokenManagerEvent } from '../core/events.ts'
import type { SessionState } from '../core/session/session-state.ts'
import type { TokenEndpointResponse } from '../oauth/token-response.ts'
import type { OpenUrlSignInOptions, SignInOptions } from './sign-in-options.ts'

export type { OpenUrlSignInOptions, SignInOptions }

/** Which access token, and how good it has to be. */
export interface AccessTokenOptions {
  /** A part of the granted scope, for a token of its own. Default: the session's. */
  readonly scope?: string | undefined
  /** Resource indicator (RFC 8707). Default: the session's. */
  readonly resource?: string | undefined
  /** Default: the session's. */
  readonly audience?: string | undefined
  /** How long the token has to last, unless it has just been received. */
  readonly minValidityMs?: number | undefined
  /**
   * The token a resource server answered 401 to: another one is wanted. The answer is this very one
   * if it was renewed because of such a refusal within the last 30 s, in any tab, or cannot be renewed:
   * a server that refuses what is fresh makes no storm. Wait 30 s then before you send it again.
   */
  readonly rejected?: string | undefined
  /** Stops this caller's waiting, never the renewal. */
  readonly signal?: AbortSignal | undefined
}

export interface AuthorizationHeadersOptions {
  /** The method of the request, which a DPoP proof is made for. Default: `'GET'`. */
  readonly method?: string | undefined
  /** The token the resource server answered 401 to. */
  readonly rejected?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export interface StartSessionOptions {
  /** The scope that was asked for; counts where the response names none. */
  readonly scope?: string | undefined
  /** When the response came, ms since the epoch. Default: now. */
  readonly receivedAt?: number | undefined
  /** The nonce of the authorization request, which the `id_token` has to hold. */
  readonly nonce?: string | undefined
  /** Leaves a session that is there as it is. Default: `false`. */
  readonly ifSignedOut?: boolean | undefined
}

export interface SignOutOptions {
  /** Revokes the refresh token at the server (RFC 7009). Default: `true`. */
  readonly revoke?: boolean | undefined
  /** Goes to the end-session endpoint, if there is one and `postLogoutRedirectUri` is set. Default: `true`. */
  readonly endSession?: boolean | undefined
}

/**
 * Keeps one session alive; made by `createTokenManager`. All methods are bound. An argument that is
 * wrong is a `TypeError` that names it.
 */
export interface TokenManager {
  /**
   * Fulfils when the stored session has been read, or storage has given up (after 3 s at the
   * latest), with the state of that moment; {@link TokenManager.getState} has the present one.
   * Never rejects. On a server it fulfils with `restoring`.
   */
  readonly ready: Promise<SessionState>

  /** What this tab knows of the session. Synchronous; the same object until something changed. */
  getState(): SessionState

  /**
   * Calls `listener` at once, then on every change of the state, until the returned function is
   * called. What a listener throws is reported as an uncaught error and stops nothing.
   */
  subscribe(listener: (state: SessionState) => void): () => void

  /** Calls `listener` with every event, for telemetry. Events hold no token, code, key or URL query. */
  observe(listener: (event: TokenManagerEvent) => void): () => void

  /**
   * Gets an access token.
   *
   * A fresh token is served at once, without I/O. Inside the leeway a token that still has 10 s (or
   * `minValidityMs`) is served at once and renewed behind the call; with less the call waits for one
   * renewal, which all callers in all tabs share. If none can be had now, a token that is still
   * valid is served.
   *
   * @param options Which token, and how good it has to be.
   *
   * @returns The access token, to be sent as the server's token type says; prefer
   *   {@link TokenManager.getAuthorizationHeaders}, which knows.
   *
   * @throws {SessionEndedError} There is no session, or there was none when this was called. Nothing
   *   was sent.
   * @throws {SessionChangedError} Another session has begun than the one that `getState()` showed when
   *   this was called: load the page's data anew, and do not sign in.
   * @throws {RefreshUnavailableError} No usable token, and none to be had within `patienceMs` of the
   *   first failure or pause that the call has met; at once, if the pause ends later than that.
   *   `retryAt` says when the next attempt is due. The session is kept.
   * @throws {ConfigurationError} The server does not accept this client, or the scope was not granted.
   * @throws {StorageError} Storage was never heard, does not take the note that precedes a renewal, or
   *   belongs to a newer version of the app. A token that is still valid is served all the same.
   * @throws {DisposedError} After `dispose()`.
   *
   * @example
   *
   * ```ts
   * const token = await auth.getAccessToken({ minValidityMs: 30_000 })
   * const socket = new WebSocket('wss://api.example.com/live', ['bearer', token])
   * ```
   *
   * @see [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749.html#section-6)
   */
  getAccessToken(options?: AccessTokenOptions): Promise<string>

  /**
   * Gets the headers that authorize one request, for XMLHttpRequest and whatever else takes no `fetch`: nothing for
   * a URL that is not a listed resource server, else `authorization`, and `dpop` where tokens are
   * sender-constrained. A relative URL leads where the browser would take it. Rejects as {@link TokenManager.getAccessToken} does.
   *
   * @example
   *
   * ```ts
   * const url = 'https://api.example.com/v2/orders'
   * const request = new XMLHttpRequest()
   * request.open('GET', url)
   * for (const [name, value] of Object.entries(await auth.getAuthorizationHeaders(url)))
   *   request.setRequestHeader(name, value)
   * ```
   */
  getAuthorizationHeaders(
    url: string | URL,
    options?: AuthorizationHeadersOptions,
  ): Promise<Record<string, string>>

  /**
   * A `fetch` that sends the access token to the listed resource servers.
   *
   * It takes what `fetch` takes; a relative URL leads where the browser would take it, and is compared
   * as such. A URL that is not listed, and a request that already has an `Authorization` header, pass through
   * untouched. Otherwise the token is attached, renewed first where necessary. If the server answers
   * 401 because of the token, the token is renewed, once for all requests in all tabs, and the
   * request is sent once more; whatever comes back then is returned. It is never sent a third time,
   * and never with a token of another user than the one that `getState()` showed when it was made.
   *
   * Strings, `URLSearchParams`, `FormData`, `Blob` and buffers are sent again; a stream is not, and
   * its 401 is returned as it came.
   *
   * @returns A response for every HTTP status; rejects as `fetch` does for transport failures.
   *
   * @throws {SessionEndedError} As `getAccessToken`; also if the user signed out before the second send.
   * @throws {SessionChangedError} As `getAccessToken`: it was not sent, or not again, for the other user.
   * @throws {RefreshUnavailableError} The token is of no use, and no other can be had within `patienceMs`.
   * @throws {ConfigurationError} As `getAccessToken`.
   * @throws {StorageError} As `getAccessToken`.
   * @throws {TypeError} `no-cors`, `http:` beyond loopback, or credentials in the URL, at a listed server.
   *
   * @example
   *
   * ```ts
   * const response = await auth.fetch('https://api.example.com/v2/orders', { method: 'POST', body: '{}' })
   * ```
   *
   * @see [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750.html#section-3) on challenges
   * @see [RFC 9449 §9](https://www.rfc-editor.org/rfc/rfc9449.html#section-9) on nonces
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>

  /**
   * Renews the default access token now, together with whoever asks at the same time, and ends a
   * halt. A hold-off it respects, and waits out within `patienceMs`. Rejects as {@link TokenManager.getAccessToken} does.
   */
  refresh(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>

  /**
   * Begins a session with a token response that came from elsewhere, in all tabs, in one
   * transaction. An `id_token` in it has to name this issuer and this client. If the user signs out
   * before that, no session begins. Where storage refuses,
   * the session begins in this tab's memory (event `persistence-failed`) and is stored later.
   *
   * @throws {TypeError} The response is not one by RFC 6749 §5.1; the message names the member.
   * @throws {SignInError} `RESPONSE_INVALID`: the `id_token` is for somebody else.
   * @throws {RefreshUnavailableError} `TIMEOUT`: no key for `dpop`, because the cryptography of this
   *   browser does not answer.
   * @throws {StorageError} `RECORD_NEWER`: a newer version of the app owns the stored session.
   *
   * @see [RFC 6749 §5.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-5.1)
   */
  startSession(response: TokenEndpointResponse, options?: StartSessionOptions): Promise<void>

  /**
   * Begins a sign-in (authorization code with PKCE) whose login page is shown elsewhere, and fulfils
   * when its address was handed to `openUrl`. This page stays; `handleRedirect(url)` finishes the
   * sign-in. It rejects as the other signature does, but for `NOT_LEFT` and `LOOP`, and with what
   * `openUrl` throws.
   *
   * @see [RFC 8252](https://www.rfc-editor.org/rfc/rfc8252.html) on apps that use the system's browser
   */
  signIn(options: OpenUrlSignInOptions): Promise<void>
  /**
   * Leaves for the authorization server (authorization code with PKCE). Never fulfils: the page goes
   * away. If it comes back, or stays, the promise rejects, so that the sign-in can be offered again.
   * Called while the page is leaving, it joins the sign-in that runs, whose options count, unless only
   * that one asks nobody (`prompt: 'none'`), or no guard wants it any more. Tabs may sign in at once.
   *
   * @throws {SignInError} `NOT_LEFT`: the browser is offline; or the user came back to this page,
   *   also where it was loaded anew and nobody has asked for this; or it is still here after 30 s.
   *   `UNAVAILABLE`: metadata or cryptography cannot be had now. `LOOP`: the fifth within a minute in this
   *   tab without a gesture or a session in between; the message says what to look at.
   * @throws {TypeError} `redirectUri` is not configured, `returnTo` is of another origin, or an option is wrong.
   * @throws {ConfigurationError} The metadata names no usable authorization endpoint, or challenge
   *   methods without S256 (`METADATA_INVALID`), or (`UNSUPPORTED`) this is no secure context.
   * @throws {StorageError} What the sign-in has to remember cannot be stored.
   * @throws {DisposedError} `dispose()` was called, also while the page was leaving.
   *
   * @see [RFC 7636](https://www.rfc-editor.org/rfc/rfc7636.html)
   */
  signIn(options?: SignInOptions): Promise<never>

  /**
   * Finishes a sign-in if `url` holds the answer to one of this manager's, by the mark its `state`
   * begins with; else does nothing, and touches nothing. Waits for {@link TokenManager.ready}. Removes the
   * response parameters from the address bar before anything else, and leaves the rest as it is.
   * Concurrent calls share one result. A callback that is opened again while there is a session is
   * answered like an arrival.
   *
   * What passes by itself is tried again, at the latest 30 s after the first attempt; so this settles
   * within 30 s and two token requests (`tokenRequestTimeoutMs` each), and 5 s for storage.
   *
   * @param url Default: the page's own.
   *
   * @returns Where the app wanted to go after sign-in, or `undefined` if this was no callback of its own.
   *
   * @throws {SignInError} `DENIED` (also if the user has signed out meanwhile), `INTERACTION_REQUIRED`,
   *   `NO_TRANSACTION`, `RESPONSE_INVALID`, `UNAVAILABLE`, or `REDIRECT_URI_MISMATCH`: it came to another
   *   address than it was asked to. A session that was there before is untouched.
   * @throws {ConfigurationError} The server does not accept this client.
   * @throws {StorageError} What the sign-in had to remember cannot be read, or (`RECORD_NEWER`) a newer
   *   version of the app owns the stored session.
   *
   * Each of these has `returnTo`, where the user wanted to go; `signIn()` from this address remembers it.
   *
   * @see [RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.2)
   * @see [RFC 9207](https://www.rfc-editor.org/rfc/rfc9207.html)
   */
  handleRedirect(url?: string | URL): Promise<{ readonly returnTo: string } | undefined>

  /**
   * Signs out: here at once, then in the other tabs, offline too. Then, best effort and within 3 s,
   * revokes the refresh token, and leaves for the end-session endpoint if there is one and
   * `postLogoutRedirectUri` is set. Rejects only after `dispose()`.
   *
   * @see [RFC 7009](https://www.rfc-editor.org/rfc/rfc7009.html)
   */
  signOut(options?: SignOutOptions): Promise<void>

  /**
   * Releases everything: timers, channel, listeners. A running renewal finishes and is stored, its
   * callers reject with `DisposedError`, as does everything called afterwards.
   */
  dispose(): void
}
