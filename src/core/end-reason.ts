/** Why a session is over. */
export type EndReason =
  /** The server refused the refresh token, and storage holds nothing newer. */
  | 'rejected'
  /** The same, after an attempt whose outcome was unknown. */
  | 'rotation-lost'
  /** Refusals in a row that nobody can read, three at least and for 10 s, and no valid access token left. */
  | 'refused'
  /** A reply for another user. */
  | 'subject-changed'
  /** The DPoP key is gone. */
  | 'key-lost'
  /** The record vanished under a running session. */
  | 'storage-cleared'
  /** No refresh token, and the access token has run out. */
  | 'expired'
  /** Nobody did anything for too long; only with the option `idle`. */
  | 'idle'
