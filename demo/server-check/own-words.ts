import type { DeadWord } from './conclude.ts'

/** Words of the specifications that mean something else, too. */
const words = [
  'invalid_grant',
  'invalid_request',
  'invalid_client',
  'invalid_scope',
  'invalid_target',
  'invalid_dpop_proof',
  'use_dpop_nonce',
  'unauthorized_client',
  'unsupported_grant_type',
  'access_denied',
  'server_error',
  'temporarily_unavailable',
  'slow_down',
]

/** The server's own words for a refresh token that is no good, which tokenring has to be told. */
export function ownWords(seen: readonly DeadWord[]): readonly string[] {
  const own = seen.flatMap(({ error, status }) =>
    error !== undefined && status < 429 && /^[\w.-]{3,60}$/.test(error) && !words.includes(error)
      ? [error]
      : [],
  )
  return [...new Set(own)]
}
