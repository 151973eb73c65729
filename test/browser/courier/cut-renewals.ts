import type { CourierOptions } from '../../../src/courier/index.ts'
import { createPlainClient } from '../../demo/plain-client.ts'
import { createRandom } from '../../support/seeded-random.ts'
import type { EnginePage } from '../engines/engine.ts'
import { eventually, inPage, waitForStatus, type Stage } from '../harness.ts'

/** How a page goes in the middle of its renewal. */
export const waysToGo = ['reloaded', 'left', 'closed'] as const
export type WayToGo = (typeof waysToGo)[number]

/** What one page that went came to. */
export interface Cut {
  readonly way: WayToGo
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

const quickestReplyMs = 50
const slowestReplyMs = 1_500
/** A renewal may be over when its page goes, too. */
const afterReplyMs = 200

/**
 * Has pages begin a renewal at a server without grace, and go at a random moment of it; the next page
 * needs the token that it is to bring.
 */
export async function cutRenewals(
  stage: Stage<EnginePage>,
  how: {
    readonly courier: CourierOptions | undefined
    readonly ways: readonly WayToGo[]
    readonly seed: number
  },
): Promise<readonly Cut[]> {
  const random = createRandom(how.seed)
  const path = how.courier ? `/?courier=${encodeURIComponent(JSON.stringify(how.courier))}` : '/'
  const cuts: Cut[] = []
  let page = await stage.newPage(path)
  await beginSession(stage, page)
  if (how.courier?.serviceWorker !== undefined) await serviceWorkerIn(page)
  for (const way of how.ways) {
    const cut = await cutOne(stage, { page, path, way, random })
    cuts.push(cut.came)
    page = cut.next
    if (cut.came.end !== undefined) await beginSession(stage, page)
  }
  await page.close()
  return cuts
}

async function cutOne(
  stage: Stage<EnginePage>,
  given: {
    readonly page: EnginePage
    readonly path: string
    readonly way: WayToGo
    readonly random: () => number
  },
): Promise<{ readonly came: Cut; readonly next: EnginePage }> {
  const { page, path, way, random } = given
  const { authorizationServer } = stage
  const replyMs = quickestReplyMs + random() * (slowestReplyMs - quickestReplyMs)
  const goesAfterMs = random() * (replyMs + afterReplyMs)
  const before = authorizationServer.counters()
  authorizationServer.setFault({ when: 'after', kind: 'delay', ms: replyMs, times: 1 })
  const generation = await beginRenewal(page)
  await new Promise((resolve) => setTimeout(resolve, goesAfterMs))
  const next = await goes(stage, page, way, path)
  const { end, gained, isCollected, waitMs } = await needToken(next, generation)
  authorizationServer.setFault(undefined)
  const after = authorizationServer.counters()
  const grants = after.refreshGrants - before.refreshGrants
  const replays = after.replays - before.replays
  const cutReplies = grants - gained
  return { came: { way, end, cutReplies, grants, replays, isCollected, waitMs }, next }
}

/** The page that comes after it. */
async function goes(
  stage: Stage<EnginePage>,
  page: EnginePage,
  way: WayToGo,
  path: string,
): Promise<EnginePage> {
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

/** From then on the page is one that goes on with the session, as after a sign-in. */
async function beginSession(stage: Stage<EnginePage>, page: EnginePage): Promise<void> {
  const reply = await createPlainClient(stage).signIn('ada')
  await inPage(page, (response) => window.app.auth.startSession(response), { ...reply })
  await waitForStatus(page, 'signed-in')
}

/** A first page has none yet, and sends by itself. */
async function serviceWorkerIn(page: EnginePage): Promise<void> {
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
function beginRenewal(page: EnginePage): Promise<number> {
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
  page: EnginePage,
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
