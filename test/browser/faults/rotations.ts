import type { AnyPage } from '../drivers.ts'
import { eventually, inPage, waitForStatus } from '../harness.ts'
import type { Stage } from '../harness.ts'
import { beginCall, eventsIn } from './calls.ts'

/** Pages of one session. The user has signed in in the first one; the others came later. */
export async function signedInPages<Page extends AnyPage>(
  stage: Stage<Page>,
  count: number,
): Promise<readonly [Page, Page, ...Page[]]> {
  const first = await stage.newPage()
  await stage.signIn(first)
  const [second, ...others] = await stage.newPages(count - 1)
  if (!second) throw new TypeError('count must be at least 2')
  const pages = [first, second, ...others] as const
  await allAre('signed-in', pages)
  return pages
}

export async function allAre(
  status: 'signed-in' | 'signed-out',
  pages: readonly AnyPage[],
): Promise<void> {
  await Promise.all(pages.map((page) => waitForStatus(page, status)))
}

/**
 * Has `holder` send its token request to a server that does not answer it, and the others wait for
 * their turn. The server processes it or not; that is how its fault is named.
 */
export async function stickInRotation<Page extends AnyPage>(
  stage: Stage<Page>,
  how: {
    readonly when: 'before' | 'after'
    readonly holder: Page
    readonly waiting: readonly Page[]
    /** The answer comes after this; without it never. */
    readonly delayMs?: number
  },
): Promise<void> {
  const { when, holder, waiting, delayMs } = how
  const { authorizationServer, apiOrigin } = stage
  const { tokenRequests, refreshGrants } = authorizationServer.counters()
  const slow =
    delayMs === undefined ? { kind: 'hang' as const } : { kind: 'delay' as const, ms: delayMs }
  authorizationServer.setFault({ when, ...slow, times: 1 })
  authorizationServer.revokeAccessTokens()
  await beginCall(holder, `${apiOrigin}/orders`)
  await eventually('the token request', async () => {
    const now = authorizationServer.counters()
    return when === 'before' ? now.tokenRequests > tokenRequests : now.refreshGrants > refreshGrants
  })
  for (const page of waiting) {
    const before = (await eventsIn(page))['lock-requested'] ?? 0
    await beginCall(page, `${apiOrigin}/orders`)
    await eventually(
      'the queue for the lock',
      async () => ((await eventsIn(page))['lock-requested'] ?? 0) > before,
    )
  }
}

/** The reasons for which the page has seen sessions end. */
export function endsIn(page: AnyPage): Promise<readonly string[]> {
  return inPage(
    page,
    () =>
      window.app.events.flatMap((event) => (event.type === 'session-ended' ? [event.reason] : [])),
    undefined,
  )
}
