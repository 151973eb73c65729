import type { TokenError } from '../errors.ts'
import type { TokenSet } from '../record/token-set.ts'

/** What an attempt comes to: a token, an error for its callers, or another look at the record. */
export type Conclusion =
  | { readonly kind: 'token'; readonly token: TokenSet }
  | { readonly kind: 'error'; readonly error: TokenError }
  | { readonly kind: 'again' }

export const again: Conclusion = { kind: 'again' }
