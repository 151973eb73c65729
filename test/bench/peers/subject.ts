/** What the page of a subject knows of its surroundings. */
export interface Surroundings {
  /** Where sign-in, token endpoint and API are. */
  readonly serverOrigin: string
  /** The issuer identifier of that server, spelled as this subject wants it. */
  readonly issuer: string
  /** The page's own address, without query and fragment; sign-ins come back to it. */
  readonly pageUrl: string
  /** The origin of the page. */
  readonly pageOrigin: string
  readonly clientId: string
}

/** A library in a page, through its public API. */
export interface Subject {
  /**
   * Fulfils when a session has begun in this page. Never, if the library leaves it for that: then
   * its {@link Start} finishes the sign-in in the page that comes back.
   */
  signIn(): Promise<unknown>
  /** An access token that is good now, asked for as the library's documentation says. */
  getAccessToken(): Promise<string>
  /** A request with such a token: with the library's own `fetch`, or as its documentation writes it. */
  fetch(url: string): Promise<Response>
  /** One renewal, due or not. */
  renew(): Promise<unknown>
}

/** Starts the library at a page load, with the stored session if there is one. */
export type Start = (surroundings: Surroundings) => Promise<Subject>

/** For {@link Subject.signIn}, where a library says that it goes, and goes. */
export async function leaving(going: Promise<unknown>): Promise<never> {
  await going
  return new Promise(() => {})
}

/** What most libraries leave to the app, with a token of theirs: a request that carries it. */
export function fetchWith(getAccessToken: () => Promise<string>): Subject['fetch'] {
  return async (url) =>
    fetch(url, { headers: { authorization: `Bearer ${await getAccessToken()}` } })
}

/** A token response as `/session` of the server gives it, for libraries that are handed one. */
export interface GivenSession {
  readonly access_token: string
  readonly refresh_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
}

/** A session that the app has got in some other way than through the library. */
export async function givenSession({ serverOrigin }: Surroundings): Promise<GivenSession> {
  const response = await fetch(`${serverOrigin}/session`, { method: 'POST' })
  return (await response.json()) as GivenSession
}
