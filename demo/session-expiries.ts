const sameExpiryMs = 3_000

/** Tells the moments at which the access token of a session had to be renewed from each other. */
export interface SessionExpiries {
  /** The session has got an access token by signing in. */
  started(session: string): void
  /**
   * A refresh token of the session was presented, and accepted or found spent. Whether that begins
   * another expiry: not, if the newest access token is younger than 3 s and not revoked, because
   * then it is one more tab that saw the same expiry.
   */
  refreshed(session: string): boolean
  /** The access tokens of the session have been revoked. */
  revoked(session: string): void
}

/** @param now Ms since the epoch. */
export function createSessionExpiries(now: () => number = Date.now): SessionExpiries {
  const renewedAt = new Map<string, number>()
  return {
    started(session) {
      renewedAt.set(session, now())
    },
    refreshed(session) {
      const isNew = now() - (renewedAt.get(session) ?? -Infinity) >= sameExpiryMs
      // Ten tabs with a spent token see one expiry too, although none of them gets a token.
      renewedAt.set(session, now())
      return isNew
    },
    revoked(session) {
      renewedAt.delete(session)
    },
  }
}
