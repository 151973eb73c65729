import type { ApiScopes } from '../resource-server.ts'
import type { TokenEndpointFault } from '../token-endpoint-faults.ts'

/**
 * What a vendor's pages say about its authorization server, as data for a contract server. What the
 * pages leave open is plain OAuth (RFC 6749, RFC 7636, RFC 7009), or said to be concluded.
 */
export interface Vendor {
  readonly title: string
  /** The issuer identifier of a server at this origin. */
  issuer(origin: string): string
  readonly paths: VendorPaths
  /** Whether it is an OpenID provider: `id_token`, metadata and keys. */
  readonly isOpenId: boolean
  /** Bodies that the token endpoint takes. */
  readonly encodings: readonly Encoding[]
  /** Whether a client shows a secret, in the body of the token request. */
  readonly needsSecret: boolean
  /** What a client may ask for, besides `openid` and `profile` at an OpenID provider. */
  readonly scopes: readonly string[]
  /** Which of them the demo's API wants. */
  readonly apiScopes: ApiScopes
  /** Without this scope there is no refresh token; without this member there always is one. */
  readonly refreshTokenScope?: string
  /** Whether an access token is for no API unless the sign-in named that API as `audience`. */
  readonly needsAudience: boolean
  /**
   * What a refresh reply holds: a new refresh token, and the presented one is spent; the same one;
   * or none, and the presented one goes on.
   */
  readonly refreshTokens: 'new' | 'same' | 'none'
  readonly refreshTokenTtlSeconds: number
  /** Refresh tokens begin so. */
  readonly refreshTokenPrefix: string
  /** What the access tokens live by the pages. */
  readonly accessTokenTtlSeconds: number
  /** Whether a refresh ends the access tokens that the session had before. */
  readonly endsOldAccessTokens: boolean
  /** Whether a session keeps the narrower scope that a refresh asked for. */
  readonly narrowsForGood: boolean
  /** Whether the page's scripts may talk to the endpoints that no person sees. */
  readonly isCrossOrigin: boolean
  /** The reply that says no. */
  refuse(refusal: Refusal): Reply
  /** Members of every token reply besides those of OAuth. */
  extraMembers(userIndex: number): Readonly<Record<string, unknown>>
  /** The reply to a client that asks too often. */
  readonly tooManyRequests: TokenEndpointFault
  /** What a page passes to `createTokenManager` besides its own addresses. */
  managerOptions(at: VendorAddresses): VendorManagerOptions
}

export type Encoding = 'form' | 'json'

export interface VendorPaths {
  readonly authorization: string
  readonly token: string
  readonly revocation?: string
  readonly keys?: string
  readonly signOut?: { readonly path: string; readonly returnToParameter: string }
}

/** Why a request is refused, in words of RFC 6749 §5.2. */
export interface Refusal {
  readonly error:
    | 'invalid_request'
    | 'invalid_client'
    | 'invalid_grant'
    | 'invalid_scope'
    | 'unsupported_grant_type'
  readonly description: string
  /** What an `invalid_grant` is about. */
  readonly about?: 'code' | 'refresh-token'
}

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** A text goes out as it is, anything else as JSON. */
  readonly body: unknown
}

export interface VendorAddresses {
  /** Of the contract server. */
  readonly origin: string
  readonly apiOrigin: string
  readonly clientId: string
  /** Where the token proxy is at the page's origin, if this vendor needs one. */
  readonly tokenProxy: string
}

/** Options of `createTokenManager` that can be written as JSON. */
export interface VendorManagerOptions {
  readonly authorizationServer:
    | string
    | { readonly issuer: string; readonly token_endpoint: string; readonly [name: string]: string }
  readonly clientId: string
  readonly scope: string
  readonly audience?: string
  readonly authorizationParameters?: Readonly<Record<string, string>>
  readonly spentRefreshToken?: readonly string[]
  readonly leewayMs?: number
  readonly endSession?: { readonly url: string; readonly returnToParameter?: string }
}

/** A refusal as RFC 6749 §5.2 has it. */
export function refuseAsOAuth({ error, description }: Refusal): Reply {
  const status = error === 'invalid_client' ? 401 : 400
  return { status, body: { error, error_description: description } }
}
