import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createPlainClient } from '../../demo/plain-client.ts'
import { storedEntries } from '../faults/record.ts'
import { inPage, stateOf, waitForStatus, type Stage } from '../harness.ts'
import type { EnginePage } from './engine.ts'
import { startEngineStage } from './engine-stage.ts'
import { enginesInUse } from './engines-in-use.ts'

describe.each(enginesInUse())("storage: 'memory', in %s", (name) => {
  let stage: Stage<EnginePage>

  beforeAll(async () => {
    stage = await startEngineStage(name, {
      managerOptions: { refreshAhead: 'never', storage: 'memory' },
    })
  })
  beforeEach(() => stage.reset())
  afterAll(() => stage?.close())

  /** All that is left on disk, as text. */
  async function leftBehind(page: EnginePage): Promise<string> {
    const elsewhere = await inPage(
      page,
      () => [...Object.entries(localStorage), ...Object.entries(sessionStorage), document.cookie],
      undefined,
    )
    return JSON.stringify([elsewhere, await storedEntries(page)])
  }

  test('a sign-in and a rotation leave no session and no token on disk', async () => {
    const page = await stage.newPage()
    await stage.signIn(page)
    stage.authorizationServer.revokeAccessTokens()
    expect(await stage.storm([page], 5)).toMatchObject({
      outcomes: { 200: 5 },
      grown: { refreshGrants: 1, tokenRequests: 1 },
    })
    const [[, signIns] = []] = await storedEntries(page)
    const finished = { state: expect.any(String), returnTo: '/', finishedAt: expect.any(Number) }
    expect(signIns).toEqual([finished])
    expect(await leftBehind(page)).not.toMatch(/eyJ[\w-]*\.|"(access|refresh|id)Token"/)
  })

  test('every tab has a session of its own, which a reload ends, and with metadata by value there is no database', async () => {
    const { issuer } = stage
    const authorizationServer = {
      issuer,
      token_endpoint: `${issuer}/token`,
      revocation_endpoint: `${issuer}/token/revocation`,
    }
    const path = `/?options=${encodeURIComponent(JSON.stringify({ authorizationServer }))}`
    const pages = [await stage.newPage(path), await stage.newPage(path)] as const
    for (const page of pages) {
      const reply = await createPlainClient(stage).signIn('ada')
      await inPage(page, (given) => window.app.auth.startSession(given), { ...reply })
    }
    stage.authorizationServer.revokeAccessTokens()
    expect(await stage.storm(pages, 5)).toMatchObject({
      outcomes: { 200: 10 },
      grown: { refreshGrants: 2, tokenRequests: 2, replays: 0 },
    })
    await inPage(pages[0], () => window.app.auth.signOut({ endSession: false }), undefined)
    expect(await stateOf(pages[1])).toMatchObject({ status: 'signed-in' })
    expect(await stage.storm([pages[1]], 2)).toMatchObject({ outcomes: { 200: 2 } })

    await pages[1].reload()
    await waitForStatus(pages[1], 'signed-out')
    expect(await stateOf(pages[1])).toEqual({ status: 'signed-out', reason: 'never' })
    expect(await inPage(pages[1], () => indexedDB.databases(), undefined)).toEqual([])
  })
})
