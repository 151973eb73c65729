import type { IdleSupport } from '../core/session/idle-support.ts'
import type { RefreshAhead } from '../core/session/refresh-schedule.ts'
import type { TokenStore } from '../core/ports.ts'
import type { ResourceServerOptions } from '../http/resource-servers.ts'
import type { AuthorizationServerMetadata } from '../oauth/server-metadata.ts'
import type { CourierSupport } from '../core/rotation/courier-support.ts'
import type { DpopSupport } from '../oauth/dpop.ts'
import type { EndSessionOptions } from '../oauth/end-session.ts'

/** What {@link createTokenManager} is told. Optional members may be `undefined`. */
export interface TokenManagerOptions {
  /**
   * The issuer identifier, from which the metadata is discovered (OpenID Connect Discovery, then
   * RFC 8414) and kept for a day; or the metadata itself in RFC 8414 spelling, of which `issuer` and
   * `token_endpoint` are required. Endpoints may be relative to the page, for proxies.
   */
  readonly authorizationServer: string | AuthorizationServerMetadata
  /** The client identifier of a public client. There is no option for a secret. */
  readonly clientId: string
  /** The scope of the sign-in and of the default access token, space-delimited. */
  readonly scope?: string | undefined
  /** The audience of the default access token, for servers that call it so. */
  readonly audience?: string | undefined
  /** The resource indicator of the default access token (RFC 8707). */
  readonly resource?: string | undefined
  /**
   * Where the authorization server sends the browser after sign-in. Needed by `signIn`. It may be relative
   * to the page's origin (`'/callback'`), and is sent absolute. An installed app may have one of its own
   * scheme, with a dot in it (RFC 8252 §7.1).
   */
  readonly redirectUri?: string | undefined
  /**
   * Where the authorization server sends the browser after sign-out; without it, sign-out stays on the
   * page. It may be relative to the page's origin.
   */
  readonly postLogoutRedirectUri?: string | undefined
  /** Further parameters of every authorization request. */
  readonly authorizationParameters?: Readonly<Record<string, string>> | undefined
  /**
   * URL prefixes that may receive the access token; relative ones are resolved as relative requests
   * are, the longest match wins. Default: none, and `fetch` adds no token anywhere.
   */
  readonly resourceServers?: readonly (string | ResourceServerOptions)[] | undefined
  /** Where the session is kept: for all tabs, in this tab's memory, or in a store of your own. Default: `'indexeddb'`. */
  readonly storage?: 'indexeddb' | 'memory' | TokenStore | undefined
  /** Separates two sessions of one client in one origin. Default: `'default'`. */
  readonly sessionName?: string | undefined
  /** A token within this of its end is renewed; never more than a tenth of its life. Default: 60 000 ms. */
  readonly leewayMs?: number | undefined
  /**
   * When a timer renews ahead of the end: `'in-use'`, if the page is visible and the token was used
   * since it came; `'visible'`, if the page is visible; or `'never'`. Default: `'in-use'`.
   */
  readonly refreshAhead?: RefreshAhead | undefined
  /** Bound on one token request. Default: 10 000 ms. */
  readonly tokenRequestTimeoutMs?: number | undefined
  /**
   * How long a call that has no usable token waits, from the first failure or pause that it meets,
   * attempts included, before it rejects with a `RefreshUnavailableError`. A pause that ends later
   * rejects at once. 0: no waiting. Default: 5 000 ms.
   */
  readonly patienceMs?: number | undefined
  /** The `error` words that mean a dead refresh token. Default: `['invalid_grant']`, which is always one of them. */
  readonly spentRefreshToken?: readonly string[] | undefined
  /** The sign-out address where it is not OpenID Connect's. Default: from the metadata. */
  readonly endSession?: EndSessionOptions | undefined
  /** Sender-constrained tokens (RFC 9449): `dpop()`. Default: bearer tokens. */
  readonly dpop?: DpopSupport | undefined
  /**
   * Renewals that survive their page: `courier()` of `tokenring/courier`. Default: none, and a reply that
   * is under way when its page is reloaded, left or closed is lost.
   */
  readonly courier?: CourierSupport | undefined
  /**
   * Ends the session once nobody has done anything in any tab for too long: `idle()` of `tokenring/idle`.
   * Default: none.
   */
  readonly idle?: IdleSupport | undefined
  /** The `fetch` to use. Default: the global one, looked up at each call. */
  readonly fetch?: typeof globalThis.fetch | undefined
}
