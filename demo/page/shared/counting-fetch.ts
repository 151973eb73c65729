/** Names a request of the app, so that a second send of it can be told from another request. */
export const requestIdHeader = 'x-request-id'

export interface CountingFetch {
  readonly fetch: typeof fetch
  /** How often a request was sent; asked once, then forgotten. */
  takeSends(requestId: string): number
}

/** The browser's `fetch`, which the demo can cut off from the network. */
export function createCountingFetch(isOffline: () => boolean): CountingFetch {
  const sends = new Map<string, number>()
  return {
    async fetch(input, init) {
      // As a browser words it.
      if (isOffline()) throw new TypeError('Failed to fetch')
      const request = new Request(input, init)
      const id = request.headers.get(requestIdHeader)
      if (id !== null) sends.set(id, (sends.get(id) ?? 0) + 1)
      return fetch(request)
    },
    takeSends(requestId) {
      const count = sends.get(requestId) ?? 0
      sends.delete(requestId)
      return count
    },
  }
}
