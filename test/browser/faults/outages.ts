import type { AnyPage } from '../drivers.ts'
import { inPage } from '../harness.ts'
import type { Stage } from '../harness.ts'

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
