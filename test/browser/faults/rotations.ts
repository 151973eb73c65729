import { createPlainClient } from '../../demo/plain-client.ts'
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
  const pages = [first, ...(await stage.newPages(count - 1))]
  await allAre('signed-in', pages)
  return twoAtLeast(pages)
}

/**
 * Pages of one session whose access token has run out by what they know of it: the app that handed
 * the session over says that it came so long ago. The API would still take that token.
 */
export async function pagesWithExpiredToken<Page extends AnyPage>(
  stage: Stage<Page>,
  count: number,
): Promise<readonly [Page, Page, ...Page[]]> {
  const reply = await createPlainClient(stage).signIn('ada')
  const pages = twoAtLeast(await stage.newPages(count))
  await inPage(
    pages[0],
    ({ response, receivedAt }) => window.app.auth.startSession(response, { receivedAt }),
    { response: { ...reply }, receivedAt: Date.now() - reply.expires_in * 1_000 },
  )
  await allAre('signed-in', pages)
  return pages
}

function twoAtLeast<Page>([first, second, ...others]: readonly Page[]): readonly [
  Page,
  Page,
  ...Page[],
] {
  if (!first || !second) throw new TypeError('There must be two pages at least.')
  return [first, second, ...others]
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
