import type { CourierOptions } from '../../../src/courier/index.ts'
import { createPlainClient } from '../../demo/plain-client.ts'
import { createRandom } from '../../support/seeded-random.ts'
import type { AnyPage } from '../drivers.ts'
import type { EnginePage } from '../engines/engine.ts'
import { eventually, inPage, waitForStatus, type Stage } from '../harness.ts'

/** What one page that went came to. */
export interface Cut<Way extends string> {
  readonly way: Way
  /** How the session ended, if it did. */
  readonly end: string | undefined
  /** Grants whose reply never reached storage. */
  readonly cutReplies: number
  readonly grants: number
  readonly replays: number
  /** The next page found the reply in the mail. */
  readonly isCollected: boolean
  /** From the reply, or from when the next page asked if that was later, to its token. */
  readonly waitMs: number
}

/** Takes a page away, and opens the one that comes after it. */
export type Go<Page, Way> = (page: Page, way: Way, path: string) => Promise<Page>

const quickestReplyMs = 50
const slowestReplyMs = 1_500
/** A renewal may be over when its page goes, too. */
const afterReplyMs = 200

/**
 * Has pages begin a renewal at a server without grace, and go at a random moment of it; the next page
 * needs the token that it is to bring.
 */
export async function cutRenewals<Page extends AnyPage, Way extends string>(
  stage: Stage<Page>,
  how: {
    readonly courier: CourierOptions | undefined
    /** One page for each. */
    readonly ways: readonly Way[]
    readonly go: Go<Page, Way>
    readonly seed: number
  },
): Promise<readonly Cut<Way>[]> {
  const { authorizationServer } = stage
  const random = createRandom(how.seed)
  const path = how.courier ? `/?courier=${encodeURIComponent(JSON.stringify(how.courier))}` : '/'
  const cuts: Cut<Way>[] = []
  let page = await stage.newPage(path)
  await beginSession(stage, page)
  if (how.courier?.serviceWorker !== undefined) await serviceWorkerIn(page)
  for (const way of how.ways) {
    const replyMs = quickestReplyMs + random() * (slowestReplyMs - quickestReplyMs)
    const goesAfterMs = random() * (replyMs + afterReplyMs)
    const before = authorizationServer.counters()
    authorizationServer.setFault({ when: 'after', kind: 'delay', ms: replyMs, times: 1 })
    const generation = await beginRenewal(page)
    await new Promise((resolve) => setTimeout(resolve, goesAfterMs))
    page = await how.go(page, way, path)
    const { gained, ...rest } = await needToken(page, generation)
    authorizationServer.setFault(undefined)
    const after = authorizationServer.counters()
    const grants = after.refreshGrants - before.refreshGrants
    const replays = after.replays - before.replays
    cuts.push({ way, grants, replays, cutReplies: grants - gained, ...rest })
    if (rest.end !== undefined) await beginSession(stage, page)
  }
  await page.close()
  return cuts
}

export const waysToGo = ['reloaded', 'left', 'closed'] as const

/** How a user does it. */
export function byUser(stage: Stage<EnginePage>): Go<EnginePage, (typeof waysToGo)[number]> {
  return async (page, way, path) => {
    if (way === 'closed') {
      await page.close()
      return stage.newPage(path)
    }
    if (way === 'reloaded') await page.reload()
    else {
      await page.goto('about:blank')
      await page.goto(stage.pageOrigin + path)
    }
    await eventually('the app', () => inPage(page, () => 'app' in window, undefined))
    return page
  }
}

/** What came of it, in a line. */
export function summary(cuts: readonly Cut<string>[]): string {
  const lost = cuts.filter(({ end }) => end !== undefined)
  const collected = cuts.filter(({ isCollected }) => isCollected)
  const waits = collected.map(({ waitMs }) => waitMs).sort((a, b) => a - b)
  const at = (part: number): number => waits[Math.floor((waits.length - 1) * part)] ?? 0
  const ofEach = [...new Set(cuts.map(({ way }) => way))].map((way) => {
    const lostSo = lost.filter((cut) => cut.way === way).length
    return `${way} ${lostSo} of ${cuts.filter((cut) => cut.way === way).length}`
  })
  const replies = cuts.reduce((sum, { cutReplies }) => sum + cutReplies, 0)
  return (
    `sessions lost ${lost.length} (${ofEach.join(', ')}), replies cut ${replies}, ` +
    `collected ${collected.length}; from the reply to the next token ${at(0.5)} ms ` +
    `(90 %: ${at(0.9)}, most: ${at(1)})`
  )
}

/** From then on the page is one that goes on with the session, as after a sign-in. */
async function beginSession<Page extends AnyPage>(stage: Stage<Page>, page: Page): Promise<void> {
  const reply = await createPlainClient(stage).signIn('ada')
  await inPage(page, (response) => window.app.auth.startSession(response), { ...reply })
  await waitForStatus(page, 'signed-in')
}

/** A first page has none yet, and sends by itself. */
export async function serviceWorkerIn(page: AnyPage): Promise<void> {
  await eventually('a service worker', () =>
    inPage(
      page,
      async () => {
        const registrations = await navigator.serviceWorker.getRegistrations()
        return registrations.some(({ active }) => active?.state === 'activated')
      },
      undefined,
    ),
  )
}

/** Which token set the page has as yet. */
function beginRenewal(page: AnyPage): Promise<number> {
  return inPage(
    page,
    () => {
      const { auth } = window.app
      const state = auth.getState()
      if (state.status !== 'signed-in') throw new Error(`The page is ${state.status}.`)
      auth.refresh().catch(() => undefined)
      return state.generation
    },
    undefined,
  )
}

/** What came of it for a page that needs a newer token set than that. */
function needToken(
  page: AnyPage,
  generation: number,
): Promise<{
  readonly end: string | undefined
  readonly gained: number
  readonly isCollected: boolean
  readonly waitMs: number
}> {
  return inPage(
    page,
    async (known) => {
      const { auth, events } = window.app
      const asked = Date.now()
      const found = await auth.ready
      if (found.status === 'signed-in' && found.generation === known) {
        await auth.refresh().catch(() => undefined)
      }
      const hadAt = Date.now()
      const state = auth.getState()
      const isCollected = events.some(({ type }) => type === 'collected')
      if (state.status !== 'signed-in') {
        const end = state.status === 'signed-out' ? state.reason : state.status
        return { end, gained: 0, isCollected, waitMs: 0 }
      }
      // The access tokens of this server last for five minutes from their reply on.
      const repliedAt = (state.accessTokenExpiresAt ?? 0) - 300_000
      const waitMs = hadAt - Math.max(asked, repliedAt)
      return { end: undefined, gained: state.generation - known, isCollected, waitMs }
    },
    generation,
  )
}
