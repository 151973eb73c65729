import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { authorizationServerNames, vendorNamed } from '../../../demo/vendors/vendors.ts'
import type { AuthorizationServerName } from '../../../demo/vendors/vendors.ts'
import type { TokenEndpointResponse } from '../../../src/index.ts'
import { createPlainClient } from '../../demo/plain-client.ts'
import { pagesWithExpiredToken } from '../faults/rotations.ts'
import { eventually, inPage, startStage, stateOf, waitForStatus } from '../harness.ts'
import type { Stage } from '../harness.ts'

/** `oidc-provider` has tests of its own. */
const names = authorizationServerNames.filter((name) => name !== 'oidc-provider')

const refresh = (page: Page): Promise<string> =>
  inPage(
    page,
    () =>
      window.app.auth.refresh().then(
        () => 'refreshed',
        (error: { code: string }) => error.code,
      ),
    undefined,
  )

const callApi = (page: Page, url: string): Promise<number> =>
  inPage(page, async (address) => (await window.app.auth.fetch(address)).status, url)

/** Hands a session over that somebody else has got, as an app does that has a sign-in of its own. */
const startSession = (page: Page, response: TokenEndpointResponse): Promise<void> =>
  inPage(page, (reply) => window.app.auth.startSession(reply), response)

describe.each(names)('at the contract server of %s', (name: AuthorizationServerName) => {
  const vendor = vendorNamed(name)
  const rotates = vendor?.refreshTokens === 'new'
  let stage: Stage<Page>
  let orders: string

  beforeAll(async () => {
    stage = await startStage({
      authorizationServer: name,
      // A refresh that fails says so at once.
      managerOptions: { refreshAhead: 'never', patienceMs: 0 },
    })
    orders = `${stage.apiOrigin}/orders`
  })
  beforeEach(() => stage.reset())
  afterAll(() => stage?.close())

  test('a sign-in lasts for two refreshes, a reload and one more refresh', async () => {
    const page = await stage.newPage()
    await stage.signIn(page)
    expect(await callApi(page, orders)).toBe(200)
    for (const generation of [2, 3]) {
      expect(await refresh(page)).toBe('refreshed')
      expect(await stateOf(page)).toMatchObject({ status: 'signed-in', generation })
      expect(await callApi(page, orders)).toBe(200)
    }
    await page.reload()
    await waitForStatus(page, 'signed-in')
    expect(await callApi(page, orders)).toBe(200)
    expect(await refresh(page)).toBe('refreshed')
    expect(stage.authorizationServer.counters()).toMatchObject({
      codeGrants: 1,
      refreshGrants: 3,
      tokenRequests: 4,
      replays: 0,
      refreshRefused: 0,
    })
  })

  test('ten pages with ten requests each on an expired token cost one grant', async () => {
    const pages = await pagesWithExpiredToken(stage, 10)
    expect(await stage.storm(pages, 10)).toMatchObject({
      outcomes: { 200: 100 },
      mostSends: 1,
      grown: { refreshGrants: 1, tokenRequests: 1, replays: 0, refreshRefused: 0 },
    })
  })

  test('a session that was handed over ends as rejected once its refresh token is dead', async () => {
    const client = createPlainClient(stage)
    const reply = await client.signIn('grace')
    const page = await stage.newPage()
    const other = await stage.newPage()
    await startSession(page, { ...reply })
    await waitForStatus(other, 'signed-in')
    expect(await callApi(other, orders)).toBe(200)

    expect((await client.refresh(reply.refresh_token)).status).toBe(200)
    if (!rotates) {
      // Somebody else used it, and it goes on: nothing was spent.
      expect(await refresh(page)).toBe('refreshed')
      stage.authorizationServer.revokeGrants()
    }
    expect(await refresh(page)).toBe('REJECTED')
    for (const each of [page, other]) {
      await waitForStatus(each, 'signed-out')
      expect(await stateOf(each)).toMatchObject({ reason: 'rejected' })
    }
  })

  test.each([
    ['429', vendor?.tooManyRequests],
    ['503', { kind: 'reply', when: 'before', status: 503, body: 'Out for lunch.' } as const],
  ])('%s leaves the session alone, and its access token in use', async (_status, fault) => {
    const page = await stage.newPage()
    await stage.signIn(page)
    stage.authorizationServer.setFault(fault)
    expect(await refresh(page)).toMatch(/^(?:RATE_LIMITED|SERVER_UNAVAILABLE)$/)
    const state = await stateOf(page)
    expect(state).toMatchObject({ status: 'signed-in', refresh: { phase: 'waiting' } })
    expect(await callApi(page, orders)).toBe(200)
    stage.authorizationServer.setFault(undefined)
    await eventually('a refresh', async () => (await refresh(page)) === 'refreshed', 20_000)
    expect(await callApi(page, orders)).toBe(200)
  })

  test('a sign-out reaches every page, the server as far as it has a way, and lasts', async () => {
    const page = await stage.newPage()
    await stage.signIn(page)
    const other = await stage.newPage()
    await waitForStatus(other, 'signed-in')
    const loadedAt = (): Promise<number> =>
      inPage(page, () => ('app' in window ? performance.timeOrigin : 0), undefined)
    const before = await loadedAt()
    await inPage(page, () => void window.app.auth.signOut(), undefined)
    await waitForStatus(other, 'signed-out')
    if (vendor?.paths.signOut) {
      await eventually('the way back', async () => (await loadedAt()) > before)
    }
    for (const each of [page, other, await stage.newPage()]) {
      await waitForStatus(each, 'signed-out')
      expect(await stateOf(each)).toMatchObject({ reason: 'signed-out' })
    }
    const canRevoke = vendor?.paths.revocation !== undefined && !vendor.needsSecret
    expect(stage.authorizationServer.counters()).toMatchObject(
      canRevoke ? { revocations: 1, sessions: 0 } : { revocations: 0 },
    )
  })
})
