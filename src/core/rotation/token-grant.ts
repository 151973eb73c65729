import type { ConfigurationError, OAuthErrorDetails, RefreshUnavailableError } from '../errors.ts'
import type { IdTokenClaims } from '../id-token-claims.ts'
import type { LetterAnswer } from '../ports.ts'
import type { TokenReply } from '../record/token-reply.ts'
import type { TokenParameters } from '../record/token-set.ts'

/** One refresh token grant to be sent. */
export interface RefreshRequest {
  readonly refreshToken: string
  readonly parameters: TokenParameters
  /** What the reply's `id_token` is compared with (OpenID Connect Core §12.2). */
  readonly previous: {
    readonly sub?: string
    readonly nonce?: string
    readonly claims?: IdTokenClaims
    readonly senderNonce?: string
  }
  /** Further tokens of the session that a server may say back. */
  readonly secrets?: readonly string[]
  /** The key the refresh token is bound to, as the sender constraint made it. */
  readonly senderKey?: unknown
  /**
   * Asked in the same synchronous turn as the real `fetch`. On `false` nothing is sent and the
   * outcome is `withheld`.
   */
  readonly maySend: () => boolean
  /** What was sent before, and answered: that is read, and nothing is sent. */
  readonly filed?: LetterAnswer | undefined
  /** Has it sent by another, if that can be, and says what came of it. */
  readonly deliver?: Deliver | undefined
}

export type Deliver = (grant: OutgoingGrant) => Promise<Delivery>

/**
 * What came of a letter. `undelivered`: nobody has sent it, or will, so that the page can. `timeout`: it
 * was sent, and what comes of it may be filed yet.
 */
export type Delivery = LetterAnswer | 'withheld' | 'undelivered' | 'timeout'

/** A token request as it goes out. */
export interface OutgoingGrant {
  readonly url: string
  /** With the proof of possession (RFC 9449), if there is one. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: { toString(): string } | undefined
}

/** What became of one refresh token grant. */
export type RefreshOutcome =
  /** A reply that stands up to every check. */
  | { readonly kind: 'accepted'; readonly reply: TokenReply }
  /** A 200 that fails a check. Its refresh token, if it held one, is still the newest. */
  | {
      readonly kind: 'unusable'
      readonly refreshToken?: string
      readonly error: RefreshUnavailableError
    }
  /** `maySend` said no. */
  | { readonly kind: 'withheld' }
  /** The server wants a DPoP nonce, which is now known. The refresh token was not spent. */
  | { readonly kind: 'nonce-required' }
  /** `invalid_grant`, or a word this vendor uses for it. */
  | { readonly kind: 'rejected'; readonly oauth: OAuthErrorDetails }
  /** A refusal nobody can read. */
  | { readonly kind: 'refused'; readonly error: RefreshUnavailableError }
  /** Passes by itself. `error.outcome` says whether the refresh token may be spent. */
  | {
      readonly kind: 'transient'
      readonly error: RefreshUnavailableError
      readonly retryAfterMs?: number
      /** It was asked too often, so not even the first failure is followed by a prompt retry. */
      readonly isRateLimited?: boolean
    }
  /** A developer must act. */
  | { readonly kind: 'configuration'; readonly error: ConfigurationError }
  /** The reply is about another user or from another issuer. Its tokens, for revocation. */
  | { readonly kind: 'subject-changed'; readonly refreshToken?: string }
  /** The key the refresh token is bound to is not there. Nothing was sent. */
  | { readonly kind: 'key-lost' }

/** Whether there is something that must not be lost. */
export function bringsRefreshToken(outcome: RefreshOutcome): boolean {
  const { refreshToken } =
    outcome.kind === 'accepted' ? outcome.reply : { refreshToken: undefined, ...outcome }
  return refreshToken !== undefined
}

/** The refresh token grant at one authorization server. */
export interface TokenEndpoint {
  /**
   * Makes sure the server's metadata is known. Called before the lock is asked for, so that
   * discovery never lengthens the time the lock is held. Rejects with a {@link TokenError}.
   */
  prepare(): Promise<void>
  /** Sends one grant, at most once. Never rejects. Bounded by `tokenRequestTimeoutMs`. */
  refresh(request: RefreshRequest): Promise<RefreshOutcome>
  /** Revokes a refresh token (RFC 7009), best effort: fulfils whatever happens. `secrets` are not said back either. */
  revoke(refreshToken: string, secrets?: readonly string[]): Promise<void>
}
