import type { AbortSignalLike } from '../ports.ts'
import type { TokenParameters } from '../record/token-set.ts'
import type { Asker } from './asker.ts'

/** What somebody wants a token for, in whose name, and what will not do. */
export interface AccessTokenRequest {
  /** See `asker` of `AccessTokens`. */
  readonly asker: Asker
  readonly parameters?: TokenParameters | undefined
  readonly minValidityMs?: number | undefined
  /** The token a resource server answered 401 to; that server's name, if known. */
  readonly rejected?: Rejected | undefined
  readonly signal?: AbortSignalLike | undefined
}

export interface Rejected {
  readonly accessToken: string
  readonly resourceServer: string
  /** That server had taken the token before. */
  readonly wasGood?: boolean
}
