import type { AnyPage } from '../drivers.ts'
import { eventually, inPage } from '../harness.ts'
import type { Stage } from '../harness.ts'
import { overwrite, sessionRecord } from './record.ts'
import { allAre } from './rotations.ts'

/** Has the token endpoint close every connection in the middle of an answer that is none. */
export function cutTokenEndpoint(stage: Stage<AnyPage>): void {
  stage.authorizationServer.setFault({ when: 'before', kind: 'cut' })
}

/** Mends it, and tells the pages what a browser tells them whose network is back. */
export async function mendTokenEndpoint(
  stage: Stage<AnyPage>,
  pages: readonly AnyPage[],
): Promise<void> {
  stage.authorizationServer.setFault(undefined)
  await sayOnline(pages)
}

export async function sayOnline(pages: readonly AnyPage[]): Promise<void> {
  await Promise.all(
    pages.map((page) => inPage(page, () => void dispatchEvent(new Event('online')), undefined)),
  )
}

/** What calls came to, and when the tab had its first new token. */
export interface Ticks {
  readonly outcomes: Readonly<Record<string, number>>
  /** By the wall clock; absent if the session has not moved on. */
  readonly renewedAt?: number | undefined
}

declare global {
  interface Window {
    ticks?: { outcomes: Record<string, number>; renewedAt?: number; stop: () => void }
  }
}

/** Has the page call the API again and again, until {@link endTicks}. */
export function beginTicks(page: AnyPage, url: string, everyMs: number = 1_000): Promise<void> {
  return inPage(
    page,
    ({ to, pauseMs }) => {
      const { auth } = window.app
      const generation = (): number => {
        const state = auth.getState()
        return state.status === 'signed-in' ? state.generation : 0
      }
      const first = generation()
      const outcomes: Record<string, number> = {}
      const count = (outcome: number | string): void => {
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
      }
      const tick = (): void => {
        void auth
          .fetch(to)
          .then(({ status }) => status)
          .catch(({ name, code }: { name: string; code?: string }) => code ?? name)
          .then(count)
      }
      const timer = setInterval(tick, pauseMs)
      const stop = (): void => clearInterval(timer)
      const ticks: Window['ticks'] = { outcomes, stop }
      auth.subscribe(() => {
        if (generation() > first) ticks.renewedAt ??= Date.now()
      })
      window.ticks = ticks
    },
    { to: url, pauseMs: everyMs },
  )
}

/** What the calls have come to so far. */
export async function ticksOf(page: AnyPage): Promise<Ticks> {
  const ticks = await inPage(
    page,
    () => window.ticks && { outcomes: window.ticks.outcomes, renewedAt: window.ticks.renewedAt },
    undefined,
  )
  if (!ticks) throw new Error('This page does not tick.')
  return ticks
}

export function endTicks(page: AnyPage): Promise<void> {
  return inPage(page, () => window.ticks?.stop(), undefined)
}

/** When the last tab had its new token. */
export async function renewalOf(pages: readonly AnyPage[], timeoutMs: number): Promise<number> {
  const renewals = pages.map((page) =>
    eventually('the new token', async () => (await ticksOf(page)).renewedAt, timeoutMs),
  )
  const renewedAt = Math.max(...(await Promise.all(renewals)))
  await Promise.all(pages.map(endTicks))
  return renewedAt
}

/** Tabs of one session whose access token has run out. */
export async function pagesWithoutToken<Page extends AnyPage>(
  stage: Stage<Page>,
  count: number,
): Promise<readonly Page[]> {
  const first = await stage.newPage()
  await stage.signIn(first)
  const [key, record] = await sessionRecord(first)
  const { session } = record as { session: { tokens: { default: object } } }
  const receivedAt = Date.now() - 24 * 60 * 60 * 1_000
  const tokens = {
    default: { ...session.tokens.default, receivedAt, expiresAt: Date.now() - 1_000 },
  }
  await overwrite(first, key, { ...record, session: { ...session, tokens } })
  await first.close()
  const pages = await stage.newPages(count)
  await allAre('signed-in', pages)
  return pages
}

/** What an outage of the token endpoint came to. */
export interface Outage {
  /** At the token endpoint, from its beginning until the last tab was back. */
  readonly requests: number
  /** From the end of the outage until the last tab had its new token. */
  readonly backMs: number
  readonly failedCalls: number
}

/** The token endpoint answers 503 for so long, while every tab calls the API every second. */
export async function goThroughOutage(
  stage: Stage<AnyPage>,
  pages: readonly AnyPage[],
  downMs: number,
): Promise<Outage> {
  const { authorizationServer, apiOrigin } = stage
  authorizationServer.setFault({ when: 'before', kind: 'reply', status: 503 })
  const { tokenRequests } = authorizationServer.counters()
  await Promise.all(pages.map((page) => beginTicks(page, `${apiOrigin}/orders`)))
  await new Promise((resolve) => setTimeout(resolve, downMs))
  authorizationServer.setFault(undefined)
  const upAt = Date.now()
  // Its last pause is a minute at most.
  const backMs = (await renewalOf(pages, 90_000)) - upAt
  const requests = authorizationServer.counters().tokenRequests - tokenRequests
  const outcomes = await Promise.all(
    pages.map((page) =>
      eventually('a 200', async () => {
        const ticks = await ticksOf(page)
        return ticks.outcomes['200'] ? ticks.outcomes : undefined
      }),
    ),
  )
  const failed = outcomes.flatMap((of) =>
    Object.entries(of).map(([outcome, count]) => (outcome === '200' ? 0 : count)),
  )
  return { requests, backMs, failedCalls: failed.reduce((sum, count) => sum + count, 0) }
}
