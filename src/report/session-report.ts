import type { TokenManagerEvent } from '../core/events.ts'
import { version } from '../core/version.ts'
import type { TokenManager } from '../manager/token-manager-api.ts'
import type { TokenManagerOptions } from '../manager/token-manager-options.ts'
import { describeEvent } from './describe-event.ts'
import { describeInstant, describeMembers } from './describe-members.ts'
import { describeOptions } from './describe-options.ts'

export interface SessionReportSettings {
  /** What the manager was created with; the report tells of it what is no secret. Default: nothing. */
  readonly options?: Partial<TokenManagerOptions> | undefined
}

export interface SessionReport {
  /**
   * What has happened, as plain text that a user can read and hand on: version, engine, options, the
   * state, why the session ended last, and the last hundred events of this tab, but not that it has told
   * the other tabs of something. Holds no token, no code and no query of a URL, and of the user no more
   * than a server may have put into its own words.
   */
  text(): string
  /** Ends the collecting; what was collected stays. */
  stop(): void
}

const mostEvents = 100

/**
 * Collects what a manager does in this tab, for bug reports; create it together with the manager.
 * It keeps the last hundred events in memory, and asks for nothing else.
 *
 * @example
 *
 * ```ts
 * import { createSessionReport } from 'tokenring/report'
 *
 * const report = createSessionReport(auth)
 * // Where your app offers help:
 * await navigator.clipboard.writeText(report.text())
 * ```
 */
export function createSessionReport(
  auth: Pick<TokenManager, 'observe' | 'getState'>,
  settings: SessionReportSettings = {},
): SessionReport {
  const events: TokenManagerEvent[] = []
  let forgotten = 0
  let lastEnd: TokenManagerEvent | undefined

  const stop = auth.observe((event) => {
    // With an idle time there is one every half a minute, and nothing else would be left.
    if (event.type === 'announced') return
    events.push(event)
    if (event.type === 'session-ended') lastEnd = event
    if (events.length <= mostEvents) return
    events.shift()
    forgotten += 1
  })

  return {
    text: () =>
      [
        `tokenring ${version}, ${describeInstant(Date.now())}`,
        `engine: ${engine()}`,
        ...(settings.options ? [`options:${describeOptions(settings.options)}`] : []),
        `state:${describeMembers(auth.getState())}`,
        ...(lastEnd ? [`last end: ${describeEvent(lastEnd)}`] : []),
        `events: ${events.length}${forgotten > 0 ? `, and ${forgotten} before them` : ''}`,
        ...events.map(describeEvent),
        '',
      ].join('\n'),
    stop,
  }
}

/** On servers there may be none. */
function engine(): string {
  const { navigator } = globalThis as { readonly navigator?: { readonly userAgent?: string } }
  return JSON.stringify(navigator?.userAgent ?? 'unknown')
}
