import type { Report } from '../core/events.ts'

/** Sends requests to servers that are not listed, and warns once of each origin that answers 401. */
export function createUnlistedFetch(options: {
  readonly report: Report
  readonly noteAnswer?: (() => void) | undefined
}): (url: URL, sent: Promise<Response>) => Promise<Response> {
  const warned = new Set<string>()

  return async ({ origin }, sent) => {
    const response = await sent
    options.noteAnswer?.()
    if (response.status === 401 && !warned.has(origin)) {
      warned.add(origin)
      options.report({ type: 'unlisted-401', origin })
      // oxlint-disable-next-line no-console -- the one thing a developer has to see without listening
      console.warn(
        `tokenring: ${origin} answered 401. It is not in options.resourceServers, so it gets no access token.`,
      )
    }
    return response
  }
}
