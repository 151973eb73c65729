/** An app that the authorization server knows. It has no secret. */
export interface RegisteredClient {
  readonly clientId: string
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
}

export interface AuthorizationServerOptions {
  readonly issuer: string
  /** The origin whose pages may use it; the clients' addresses are in it. */
  readonly pageOrigin: string
  /** The first one is the main client. */
  readonly clients: readonly [RegisteredClient, ...RegisteredClient[]]
  /** Audience of the access tokens, and the resource they are for if a request names none. */
  readonly audience: string
  /** What a client may ask for at that resource. */
  readonly resourceScope: string
  readonly accessTokenTtlSeconds: number
  /** For so long a spent refresh token is accepted again (and rotated again). Default: 0. */
  readonly refreshTokenGraceMs?: number
  /** Whether a proof that a key is at hand has to hold a nonce (RFC 9449 §8). Default: no. */
  readonly dpopNonces?: boolean
  /** Whether the controls are served at `POST /demo/<name>`. */
  readonly controls: boolean
}
