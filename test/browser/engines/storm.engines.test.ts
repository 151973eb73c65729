import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { allAre, signedInPages } from '../faults/rotations.ts'
import { eventually, inPage, stateOf, type Stage } from '../harness.ts'
import type { EnginePage } from './engine.ts'
import { startEngineStage } from './engine-stage.ts'
import { enginesInUse } from './engines-in-use.ts'

describe.each(enginesInUse())('%s', (name) => {
  let stage: Stage<EnginePage>

  beforeAll(async () => {
    // Ahead of expiry nothing is renewed, so that it is the requests that meet a bad token.
    stage = await startEngineStage(name, { managerOptions: { refreshAhead: 'never' } })
  })
  beforeEach(() => stage.reset())
  afterAll(() => stage?.close())

  test('a tab that opens later is signed in without a token request', async () => {
    const [first, second] = await signedInPages(stage, 2)
    expect(await stateOf(first)).toMatchObject({ status: 'signed-in', sub: 'ada' })
    expect(await stateOf(second)).toMatchObject({ status: 'signed-in', sub: 'ada' })
    expect(await stage.storm([second], 3)).toMatchObject({ outcomes: { 200: 3 } })
    expect(stage.authorizationServer.counters()).toMatchObject({ codeGrants: 1, tokenRequests: 1 })
  })

  test('five tabs, each with five requests on an expired token, cost one grant and lose no request', async () => {
    stage.authorizationServer.setAccessTokenTtl(6)
    const pages = await signedInPages(stage, 5)
    stage.authorizationServer.setAccessTokenTtl(300)
    await eventually('the end of the access token', async () => {
      const states = await Promise.all(pages.map(stateOf))
      return states.every(
        (state) =>
          state.status === 'signed-in' && (state.accessTokenExpiresAt ?? Infinity) < Date.now(),
      )
    })
    expect(await stage.storm(pages, 5)).toMatchObject({
      outcomes: { 200: 25 },
      mostSends: 1,
      grown: { refreshGrants: 1, tokenRequests: 1, replays: 0, refreshRefused: 0 },
    })
  })

  test('five tabs, each with five requests on a revoked token, cost one grant and lose no request', async () => {
    const pages = await signedInPages(stage, 5)
    stage.authorizationServer.revokeAccessTokens()
    expect(await stage.storm(pages, 5)).toMatchObject({
      outcomes: { 200: 25 },
      mostSends: 2,
      grown: { refreshGrants: 1, tokenRequests: 1, replays: 0, refreshRefused: 0 },
    })
  })

  test('five tabs that are reloaded at once keep the session', async () => {
    const pages = await signedInPages(stage, 5)
    stage.authorizationServer.revokeAccessTokens()
    await stage.storm(pages, 5)
    await Promise.all(pages.map((page) => page.reload()))
    await allAre('signed-in', pages)
    expect(await stage.storm(pages, 5)).toMatchObject({
      outcomes: { 200: 25 },
      mostSends: 1,
      grown: { tokenRequests: 0 },
    })
    expect(stage.authorizationServer.counters()).toMatchObject({ refreshGrants: 1, replays: 0 })
  })

  test('a sign-out reaches the other tabs and ends the session', async () => {
    const pages = await signedInPages(stage, 5)
    await inPage(pages[0], () => window.app.auth.signOut({ endSession: false }), undefined)
    await allAre('signed-out', pages)
    expect(await Promise.all(pages.map(stateOf))).toEqual(
      pages.map(() => ({ status: 'signed-out', reason: 'signed-out' })),
    )
    await expect.poll(() => stage.authorizationServer.counters()).toMatchObject({ sessions: 0 })
  })
})
