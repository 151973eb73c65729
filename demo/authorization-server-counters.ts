/** What the authorization server counts for one client. */
export interface AuthorizationServerCounters {
  /** Requests that reached the token endpoint, also those that a fault befell. */
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

/** What is counted as it happens; the sessions are looked up. */
export type Tallied = Omit<AuthorizationServerCounters, 'sessions'>

type Tally = Omit<Tallied, 'discoveries'>

/** Counts by client. */
export interface Tallies {
  of(clientId: string): Tallied
  /** What a client that is not known does is counted for the main one. */
  add(what: keyof Tally, clientId: string | undefined): void
  addDiscovery(): void
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

/** @param clients The first one is the main client. */
export function createTallies(
  clients: readonly [{ readonly clientId: string }, ...{ readonly clientId: string }[]],
): Tallies {
  const tallies = new Map<string, Tally>()
  let discoveries = 0
  const tallyOf = (clientId: string): Tally => tallies.get(clientId) ?? nothing
  return {
    of: (clientId) => ({ ...tallyOf(clientId), discoveries }),
    add(what, claimed) {
      const { clientId } = clients.find((known) => known.clientId === claimed) ?? clients[0]
      const tally = tallyOf(clientId)
      tallies.set(clientId, { ...tally, [what]: tally[what] + 1 })
    },
    addDiscovery() {
      discoveries += 1
    },
    reset() {
      tallies.clear()
      discoveries = 0
    },
  }
}
