/** What the authorization server counts for one client. */
export interface AuthorizationServerCounters {
  /** Requests that reached the token endpoint, also those that it then misbehaved to. */
  readonly tokenRequests: number
  readonly codeGrants: number
  readonly refreshGrants: number
  readonly refreshRefused: number
  /** Spent refresh tokens that were presented. */
  readonly replays: number
  /**
   * Moments at which the access token of a session had to be renewed. One refresh grant for each,
   * and no replay, is what a client should come to.
   */
  readonly expiries: number
  readonly revocations: number
  /** Of all clients together: discovery does not say who asks. */
  readonly discoveries: number
  /** Sign-ins that have a refresh token which is neither spent nor revoked. */
  readonly sessions: number
}

/** What is counted as it happens; the rest is looked up. */
export type Tally = Omit<AuthorizationServerCounters, 'discoveries' | 'sessions'>

/** Counts by client. */
export interface Tallies {
  of(clientId: string): Tally
  /** What a client that is not known does is counted for the main one. */
  add(what: keyof Tally, clientId: string | undefined): void
  reset(): void
}

const nothing: Tally = {
  tokenRequests: 0,
  codeGrants: 0,
  refreshGrants: 0,
  refreshRefused: 0,
  replays: 0,
  expiries: 0,
  revocations: 0,
}

export function createTallies(clientIds: readonly string[], mainClientId: string): Tallies {
  const tallies = new Map<string, Tally>()
  const of = (clientId: string): Tally => tallies.get(clientId) ?? nothing
  return {
    of,
    add(what, claimed) {
      const id = clientIds.find((known) => known === claimed) ?? mainClientId
      tallies.set(id, { ...of(id), [what]: of(id)[what] + 1 })
    },
    reset: () => tallies.clear(),
  }
}
