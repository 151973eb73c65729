import type { TokenError } from '../errors.ts'

/** An access token as a hook shows it, or why there is none. */
export type AccessTokenState =
  /** The session or the token is still being fetched. */
  | { readonly status: 'pending'; readonly token?: undefined; readonly error?: undefined }
  | { readonly status: 'ready'; readonly token: string; readonly error?: undefined }
  /** The session is kept. Asked for again when the hold-off ends, or another token or user has come. */
  | { readonly status: 'failed'; readonly token?: undefined; readonly error: TokenError }
  | { readonly status: 'signed-out'; readonly token?: undefined; readonly error?: undefined }
