import type { Browser, CDPSession, Page } from 'playwright-core'
import { firstRequestKey } from './page/bench.ts'
import type { FirstResponse } from './page/bench.ts'
import { instrument } from './page/instruments.ts'
import type { Instruments } from './page/instruments.ts'
import { accessTokenTtlSeconds, clientId, startServer } from './server.ts'
import type { Conditions, Server } from './server.ts'
import type { Surroundings } from './subject.ts'
import type { SubjectInfo } from './subjects.ts'

export interface TrialOptions extends Partial<Instruments> {
  readonly conditions?: Partial<Conditions>
}

/** What came of requests that were sent at one moment. */
export interface Volleys {
  /** From that moment to the last response. */
  readonly tookMs: number
  /** The order came too late for some tab, so they did not fire together. */
  readonly late: boolean
  readonly sent: number
  /** How many did not end with a 200. */
  readonly failed: number
  /** What one of those ended with. */
  readonly failure: number | string | undefined
}

/** One subject with a server and a browser profile of its own. */
export interface Trial {
  readonly server: Server
  readonly apiUrl: string
  /** Opens tabs, of which the first signs in if none has yet. All have sent one request. */
  openTabs(count: number): Promise<readonly Page[]>
  /** Every tab sends its requests at one moment; before that, if asked, the access token runs out. */
  fire(
    tabs: readonly Page[],
    requests: number,
    how?: { readonly expired?: boolean },
  ): Promise<Volleys>
  /** Every tab is reloaded at one moment, and sends one request as soon as it can. */
  reload(
    tabs: readonly Page[],
    how?: { readonly expired?: boolean },
  ): Promise<readonly (FirstResponse & { readonly tookMs: number })[]>
  protocolOf(page: Page): Promise<CDPSession>
  close(): Promise<void>
}

/** Opens a trial in a profile of its own. */
export async function openTrial(
  browser: Browser,
  pageOrigin: string,
  { id, issuerPath = '' }: SubjectInfo,
  { conditions, counts = false, stub = false, hidden = false }: TrialOptions = {},
): Promise<Trial> {
  const server = await startServer(issuerPath)
  const context = await browser.newContext()
  const pageUrl = `${pageOrigin}/${id}/`
  const apiUrl = `${server.origin}/api/orders`
  const surroundings: Surroundings = {
    serverOrigin: server.origin,
    issuer: server.origin + issuerPath,
    pageUrl,
    pageOrigin,
    clientId,
  }
  await context.addInitScript(instrument, { counts, stub, hidden })
  await context.addInitScript((known) => {
    window.surroundings = known
  }, surroundings)
  let isSignedIn = false
  let isClosed = false

  async function openTab(): Promise<Page> {
    const page = await context.newPage()
    page.on('pageerror', (error) => process.stderr.write(`${id}: ${error.message}\n`))
    await page.goto(pageUrl)
    await untilReady(page)
    return page
  }

  async function signIn(page: Page): Promise<void> {
    // The page may leave in the middle of it.
    await Promise.race([
      page.evaluate(async () => (await window.bench.subject).signIn()).catch(() => undefined),
      page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame()),
    ])
    await page.waitForURL((url) => url.href === pageUrl)
    await untilReady(page)
    isSignedIn = true
  }

  async function greet(page: Page): Promise<void> {
    const outcome = await page.evaluate((url) => window.bench.send(url), apiUrl)
    if (outcome !== 200)
      throw new Error(`${id} has no session: its first request ended ${outcome}.`)
  }

  function moveServerClock(expired: boolean): number {
    if (expired) server.conditions.aheadMs += (accessTokenTtlSeconds + 1) * 1_000
    return server.conditions.aheadMs
  }

  return {
    server,
    apiUrl,
    async openTabs(count) {
      const first = isSignedIn ? [] : [await openTab()]
      for (const page of first) await signIn(page)
      const others = Array.from({ length: count - first.length }, openTab)
      const tabs = [...first, ...(await Promise.all(others))]
      await Promise.all(tabs.map(greet))
      // Not earlier: opening tabs is nobody's subject.
      Object.assign(server.conditions, conditions)
      return tabs
    },
    async fire(tabs, requests, { expired = false } = {}) {
      const aheadMs = moveServerClock(expired)
      const at = Date.now() + orderMs(tabs)
      const volley = { at, url: apiUrl, requests, aheadMs }
      const reports = await Promise.all(
        tabs.map((page) => page.evaluate((order) => window.bench.fire(order), volley)),
      )
      const outcomes = reports.flatMap((report) => report.outcomes)
      const failures = outcomes.filter((outcome) => outcome !== 200)
      return {
        tookMs: Math.max(...reports.map(({ finishedAt }) => finishedAt)) - at,
        late: reports.some(({ late }) => late),
        sent: outcomes.length,
        failed: failures.length,
        failure: failures[0],
      }
    },
    async reload(tabs, { expired = false } = {}) {
      const aheadMs = moveServerClock(expired)
      const at = Date.now() + orderMs(tabs)
      const order = { key: firstRequestKey, url: apiUrl, at, aheadMs }
      await Promise.all(
        tabs.map((page) =>
          page.evaluate(({ key, url, at: moment, aheadMs: ahead }) => {
            sessionStorage.setItem(key, url)
            window.clock.keepAhead(ahead)
            // Whoever looks for it from now on means that of the next page.
            Reflect.deleteProperty(window, 'bench')
            setTimeout(() => location.reload(), moment - window.clock.wall())
          }, order),
        ),
      )
      return Promise.all(
        tabs.map(async (page) => {
          await page.waitForFunction(() => window.bench?.firstResponse)
          const response = await page.evaluate(() => window.bench.firstResponse)
          if (!response) throw new Error('The page has sent no request.')
          return { ...response, tookMs: response.at - at }
        }),
      )
    },
    protocolOf: (page) => context.newCDPSession(page),
    async close() {
      if (isClosed) return
      isClosed = true
      await context.close()
      await server.close()
    },
  }
}

/** Time enough for an order to reach every tab. */
const orderMs = (tabs: readonly Page[]): number => 200 + 20 * tabs.length

export function untilReady(page: Page): Promise<unknown> {
  return page.waitForFunction(() => window.bench?.isReady)
}
