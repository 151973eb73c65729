import { fileURLToPath } from 'node:url'
import type { Page as PlaywrightPage } from 'playwright-core'
import type { Page as PuppeteerPage } from 'puppeteer-core'
import { createPageServer } from '../../demo/page-server.ts'
import { startServers } from '../../demo/servers.ts'
import type { Servers, ServersOptions } from '../../demo/servers.ts'
import type { AuthorizationServerCounters } from '../../demo/authorization-server-counters.ts'
import type { CourierOptions } from '../../src/courier/index.ts'
import type { SessionState } from '../../src/index.ts'
import type { StageConfig } from './app/app.ts'
import { launchPlaywright, launchPuppeteer } from './drivers.ts'
import type { AnyPage, Driver } from './drivers.ts'
import { eventually } from './eventually.ts'

export { eventually }

const appFolder = fileURLToPath(new URL('./app', import.meta.url))

export interface StageOptions extends Pick<
  ServersOptions,
  'authorizationServer' | 'refreshTokenGraceMs' | 'dpopNonces' | 'tokenSizes' | 'apiHeaderBytes'
> {
  /** Default: 300. */
  readonly accessTokenTtlSeconds?: number
  /** For `createTokenManager` in every page. */
  readonly managerOptions?: StageConfig['managerOptions']
  /** Sender-constrained tokens. Default: `false`. */
  readonly dpop?: boolean
  /** Default: what `COURIER` says in JSON, so that any test can be run with one; else none. */
  readonly courier?: CourierOptions
}

/** The demo's servers, the test app, and a Chromium. */
export interface Stage<Page extends AnyPage> extends Servers {
  /** Opens a tab of the one profile, with the app ready in it. */
  newPage(path?: string): Promise<Page>
  newPages(count: number): Promise<Page[]>
  signIn(page: Page, user?: string): Promise<void>
  /** Has every page send its requests at the same moment, and tells what came of it. */
  storm(
    pages: readonly Page[],
    requestsPerPage: number,
    /** `plain`: with the browser's own `fetch`, for comparison. */
    how?: { readonly plain?: boolean },
  ): Promise<Storm>
  /** No tabs, a fresh profile, servers as at the start, counters at zero. */
  reset(): Promise<void>
}

export interface Storm {
  /** How often each outcome occurred: a status, or the name and code of an error. */
  readonly outcomes: Readonly<Record<string, number>>
  /** The most often that one request arrived at the API. */
  readonly mostSends: number
  /** From the moment of firing to the last response. */
  readonly tookMs: number
  /** By how much the authorization server's counters have grown. */
  readonly grown: AuthorizationServerCounters
}

/** Starts a stage for a test file; see {@link launchPlaywright} for what its pages are like. */
export function startStage(options: StageOptions = {}): Promise<Stage<PlaywrightPage>> {
  return startStageIn(launchPlaywright, options)
}

/** Starts a stage whose pages can be frozen and go into the back/forward cache. */
export function startPuppeteerStage(options: StageOptions = {}): Promise<Stage<PuppeteerPage>> {
  return startStageIn(launchPuppeteer, options)
}

/** Runs `task` in the page, like `page.evaluate`, which the two drivers declare differently. */
export function inPage<Argument, Result>(
  page: AnyPage,
  task: (argument: Argument) => Result | Promise<Result>,
  argument: Argument,
): Promise<Result> {
  const evaluate = page.evaluate.bind(page) as (...of: unknown[]) => Promise<Result>
  return evaluate(task, argument)
}

export function stateOf(page: AnyPage): Promise<SessionState> {
  return inPage(page, () => window.app.auth.getState(), undefined)
}

export async function waitForStatus(
  page: AnyPage,
  status: SessionState['status'],
  timeoutMs?: number,
): Promise<void> {
  const isThere = async (): Promise<boolean> => (await stateOf(page)).status === status
  await eventually(`a page that is ${status}`, isThere, timeoutMs)
}

/** Waits until the access token that the page has is over by the page's own clock. */
export async function waitForExpiry(page: AnyPage): Promise<void> {
  await eventually('the end of the access token', async () => {
    const state = await stateOf(page)
    return state.status === 'signed-in' && (state.accessTokenExpiresAt ?? 0) < Date.now()
  })
}

/** Starts a stage whose pages are in the browser that `launch` starts. */
export async function startStageIn<Page extends AnyPage>(
  launch: () => Promise<Driver<Page>>,
  options: StageOptions,
): Promise<Stage<Page>> {
  const { managerOptions = {}, dpop = false, courier = courierOfAll(), ...serversOptions } = options
  const { accessTokenTtlSeconds = 300, refreshTokenGraceMs = 0 } = serversOptions
  const servers = await startServers({
    ...serversOptions,
    createPageServer: (addresses) =>
      createPageServer(appFolder, { ...addresses, managerOptions, dpop, courier }),
    accessTokenTtlSeconds,
    controls: true,
  })
  const { authorizationServer, api, pageOrigin, apiOrigin } = servers
  const driver = await launch().catch(async (error: unknown) => {
    await servers.close()
    throw error
  })
  let storms = 0

  async function newPage(path = '/'): Promise<Page> {
    const page = await driver.newPage()
    await page.goto(pageOrigin + path)
    await eventually('the app', () => inPage(page, () => 'app' in window, undefined))
    await inPage(page, () => window.app.ready, undefined)
    return page
  }

  return {
    ...servers,
    newPage,
    newPages: (count) => Promise.all(Array.from({ length: count }, () => newPage())),
    async signIn(page, user = 'ada') {
      await inPage(page, () => void window.app.auth.signIn({ returnTo: '/' }), undefined)
      await eventually(`the sign-in of ${user}`, () =>
        inPage(
          page,
          (value) => {
            const button = document.querySelector<HTMLElement>(`button[name=user][value=${value}]`)
            button?.click()
            // A second click would begin anew, and in a slow browser so on for ever.
            button?.setAttribute('disabled', '')
            return (
              !button &&
              location.pathname === '/' &&
              window.app.auth.getState().status === 'signed-in'
            )
          },
          user,
        ),
      )
    },
    async storm(pages, requestsPerPage, { plain = false } = {}) {
      const before = authorizationServer.counters()
      const storm = ++storms
      // Time enough for the order to reach every page.
      const at = Date.now() + 250 + 100 * pages.length
      const reports = await Promise.all(
        pages.map((page, index) => {
          const ids = Array.from({ length: requestsPerPage }, (_, n) => `${storm}.${index}.${n}`)
          const volley = { url: `${apiOrigin}/orders`, at, requestIds: ids, plain }
          return inPage(page, (order) => window.app.fire(order), volley)
        }),
      )
      if (reports.some(({ late }) => late)) throw new Error('The pages did not fire together.')
      const arrived = api.log().map(({ requestId }) => requestId ?? '')
      return {
        outcomes: countEach(reports.flatMap(({ outcomes }) => outcomes)),
        mostSends: Math.max(
          ...Object.values(countEach(arrived.filter((id) => id.startsWith(`${storm}.`)))),
        ),
        tookMs: Math.max(...reports.map(({ finishedAt }) => finishedAt)) - at,
        grown: growth(before, authorizationServer.counters()),
      }
    },
    async reset() {
      await driver.newProfile()
      authorizationServer.setFault(undefined)
      authorizationServer.setAccessTokenTtl(accessTokenTtlSeconds)
      authorizationServer.setRefreshTokenGrace(refreshTokenGraceMs)
      authorizationServer.revokeGrants()
      authorizationServer.resetCounters()
      api.setFaults({ rejectAll: false, hideChallenge: false })
      api.resetCounters()
    },
    async close() {
      await driver.close()
      await servers.close()
    },
  }
}

function courierOfAll(): CourierOptions | undefined {
  const { COURIER } = process.env
  return COURIER === undefined ? undefined : (JSON.parse(COURIER) as CourierOptions)
}

function countEach(values: readonly (string | number)[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}

function growth(
  before: AuthorizationServerCounters,
  after: AuthorizationServerCounters,
): AuthorizationServerCounters {
  const names = Object.keys(after) as (keyof AuthorizationServerCounters)[]
  return Object.fromEntries(
    names.map((name) => [name, after[name] - before[name]]),
  ) as unknown as AuthorizationServerCounters
}
