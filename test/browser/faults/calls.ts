import { inPage } from '../harness.ts'
import type { AnyPage } from '../drivers.ts'

/** What a page has been told to do, and what came of it. */
export interface CallReport {
  /** A status, or the code of an error; `done` where there is no status. */
  readonly outcome: number | string
  readonly tookMs: number
}

declare global {
  interface Window {
    call?: Promise<CallReport>
  }
}

/** Has the page send a request to the API. Fulfils as soon as the page has begun. */
export function beginCall(page: AnyPage, url: string): Promise<void> {
  return inPage(
    page,
    (to) => {
      const beganAt = performance.now()
      const report = (outcome: number | string): CallReport => ({
        outcome,
        tookMs: Math.round(performance.now() - beganAt),
      })
      window.call = window.app.auth
        .fetch(to)
        .then(({ status }) => status)
        .catch(({ name, code }: { name: string; code?: string }) => code ?? name)
        .then(report)
    },
    url,
  )
}

/** Has the page ask for one rotation. Fulfils as soon as the page has begun. */
export function beginRefresh(page: AnyPage): Promise<void> {
  return inPage(
    page,
    () => {
      const beganAt = performance.now()
      const report = (outcome: number | string): CallReport => ({
        outcome,
        tookMs: Math.round(performance.now() - beganAt),
      })
      window.call = window.app.auth
        .refresh()
        .then(() => 'done')
        .catch(({ name, code }: { name: string; code?: string }) => code ?? name)
        .then(report)
    },
    undefined,
  )
}

/** What came of what the page began last, once it is known. */
export async function endOfCall(page: AnyPage): Promise<CallReport> {
  const report = await inPage(page, () => window.call, undefined)
  if (!report) throw new Error('Nothing has been begun in this page.')
  return report
}

/** How often each type of event was reported in the page. */
export function eventsIn(page: AnyPage): Promise<Readonly<Record<string, number>>> {
  return inPage(
    page,
    () => {
      const counts: Record<string, number> = {}
      for (const { type } of window.app.events) counts[type] = (counts[type] ?? 0) + 1
      return counts
    },
    undefined,
  )
}
