import type { Start, Subject, Surroundings } from '../subject.ts'
import type { PageClock, PageCounts } from './instruments.ts'

/** Requests that this page is to send at one moment. */
export interface Volley {
  /** By the machine's wall clock, which all pages share. */
  readonly at: number
  readonly url: string
  readonly requests: number
  /** By how much the page's clock is ahead from that moment on. */
  readonly aheadMs: number
}

export interface VolleyReport {
  /** The order came after its moment, so the pages did not fire together. */
  readonly late: boolean
  /** For each request its status, or the name of the error. */
  readonly outcomes: readonly (number | string)[]
  readonly finishedAt: number
}

export interface FirstResponse {
  readonly outcome: number | string
  /** By the machine's wall clock. */
  readonly at: number
  /** Since the start of the navigation. */
  readonly sinceNavigationMs: number
}

/** What the driver finds in the page as `window.bench`. */
export interface Bench {
  /** The library has started. */
  isReady: boolean
  readonly subject: Promise<Subject>
  /** What came of the request that a page sends as soon as it can, if it was asked to before. */
  readonly firstResponse: Promise<FirstResponse> | undefined
  fire(volley: Volley): Promise<VolleyReport>
  send(url: string): Promise<number | string>
}

declare global {
  interface Window {
    bench: Bench
    /** By the init script. */
    surroundings: Surroundings
    clock: PageClock
    counts: PageCounts
  }
}

/** In session storage, for the next load of this page: the URL of its first request. */
export const firstRequestKey = 'first-request'

export function openBench(start: Start): void {
  const { clock, surroundings } = window
  const subject = start(surroundings)

  async function send(url: string): Promise<number | string> {
    try {
      const response = await (await subject).fetch(url)
      await response.arrayBuffer()
      return response.status
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    }
  }

  async function sendFirst(url: string): Promise<FirstResponse> {
    const outcome = await send(url)
    return { outcome, at: clock.wall(), sinceNavigationMs: clock.monotonic() }
  }

  const firstUrl = sessionStorage.getItem(firstRequestKey)
  sessionStorage.removeItem(firstRequestKey)
  const bench: Bench = {
    isReady: false,
    subject,
    firstResponse: firstUrl === null ? undefined : sendFirst(firstUrl),
    send,
    async fire({ at, url, requests, aheadMs }) {
      clock.keepAhead(aheadMs)
      const late = clock.wall() > at
      await new Promise((resolve) => setTimeout(resolve, at - clock.wall()))
      clock.setAhead(aheadMs)
      const outcomes = await Promise.all(Array.from({ length: requests }, () => send(url)))
      return { late, outcomes, finishedAt: clock.wall() }
    },
  }
  window.bench = bench
  void subject.then(() => (bench.isReady = true))
}
