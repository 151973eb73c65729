import type { TokenManager } from 'tokenring'

/** What is used of `import * as Sentry from '@sentry/browser'`. */
export interface SentryApi {
  addBreadcrumb(breadcrumb: {
    category: string
    message: string
    timestamp: number
    data: Record<string, unknown>
  }): void
  captureMessage(
    message: string,
    context: { level: 'warning'; tags: Record<string, string>; extra: Record<string, unknown> },
  ): unknown
}

/** Each event is a breadcrumb; a session that ended though nobody signed out is an issue, one in all tabs. */
export function sendToSentry(auth: TokenManager, sentry: SentryApi): () => void {
  return auth.observe((event) => {
    const { at, type, ...data } = event
    sentry.addBreadcrumb({ category: 'tokenring', message: type, timestamp: at / 1_000, data })
    if (event.type !== 'session-ended') return
    // Every tab tells of it; one has decided it.
    const { decidedHere, reason, code, oauth } = event
    if (!decidedHere || reason === 'signed-out') return
    const tags = { code, ...(oauth && { oauth_error: oauth.error }) }
    sentry.captureMessage(`Signed out: ${reason}`, { level: 'warning', tags, extra: { ...oauth } })
  })
}
