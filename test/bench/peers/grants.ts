/** What the server has seen. */
export interface Counts {
  /** Refresh tokens that were accepted. */
  readonly grants: number
  /** Refresh tokens that had been spent before; each ends the session it belongs to. */
  readonly replays: number
  readonly sessionsLost: number
  /** Requests at the token endpoint for a refresh, answered or not. */
  readonly refreshRequests: number
  /** API requests without a good token. */
  readonly refused: number
}

export interface TokenPair {
  readonly accessToken: string
  readonly refreshToken: string
}

interface Family {
  /** The one refresh token that has not been spent. */
  live: string
  isOver: boolean
}

const refreshTokenTtlMs = 30 * 24 * 3_600_000

/** Rotation with reuse detection, and no grace. */
export interface Grants {
  begin(): TokenPair
  /** `undefined`: a token that is unknown, spent, or of a session that is over. */
  refresh(refreshToken: string): TokenPair | undefined
  isGood(accessToken: string): boolean
  counts(): Pick<Counts, 'grants' | 'replays' | 'sessionsLost'>
}

export function createGrants(
  now: () => number,
  accessTokenTtlMs: number,
  mintToken: (ttlMs: number) => string,
): Grants {
  const families = new Map<string, Family>()
  const accessTokens = new Map<string, { readonly family: Family; readonly until: number }>()
  const counts = { grants: 0, replays: 0, sessionsLost: 0 }

  function mint(family: Family): TokenPair {
    const accessToken = mintToken(accessTokenTtlMs)
    const refreshToken = mintToken(refreshTokenTtlMs)
    family.live = refreshToken
    families.set(refreshToken, family)
    accessTokens.set(accessToken, { family, until: now() + accessTokenTtlMs })
    return { accessToken, refreshToken }
  }

  return {
    begin: () => mint({ live: '', isOver: false }),
    refresh(refreshToken) {
      const family = families.get(refreshToken)
      if (!family) return undefined
      if (family.live !== refreshToken) {
        counts.replays += 1
        if (!family.isOver) counts.sessionsLost += 1
        family.isOver = true
      }
      if (family.isOver) return undefined
      counts.grants += 1
      return mint(family)
    },
    isGood(accessToken) {
      const found = accessTokens.get(accessToken)
      return found !== undefined && !found.family.isOver && now() < found.until
    },
    counts: () => ({ ...counts }),
  }
}
