/** Names a request of the app, so that a second send of it can be told from another request. */
export const requestIdHeader = 'x-request-id'

export interface CountedRequests {
  /** How often a request was sent; asked once, then forgotten. */
  takeSends(requestId: string): number
}

/**
 * Counts what leaves this page, and cuts it off from the network. In the place of the browser's `fetch`,
 * as scripts that monitor have it: a manager with an option `fetch` gets no courier.
 */
export function installCountingFetch(isOffline: () => boolean): CountedRequests {
  const browserFetch = globalThis.fetch
  const sends = new Map<string, number>()
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    // As a browser words it.
    if (isOffline() && !isControl(request)) throw new TypeError('Failed to fetch')
    const id = request.headers.get(requestIdHeader)
    if (id !== null) sends.set(id, (sends.get(id) ?? 0) + 1)
    return browserFetch(request)
  }
  return {
    takeSends(requestId) {
      const count = sends.get(requestId) ?? 0
      sends.delete(requestId)
      return count
    },
  }
}

/** The demo goes on watching and steering its servers. */
function isControl({ url }: Request): boolean {
  return new URL(url).pathname.startsWith('/demo/')
}
