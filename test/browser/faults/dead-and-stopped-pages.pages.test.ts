import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startPuppeteerStage, stateOf, type Stage } from '../harness.ts'
import { endOfCall } from './calls.ts'
import { rendererOf } from './renderer-process.ts'
import { allAre, endsIn, signedInPages, stickInRotation } from './rotations.ts'

let stage: Stage<Page>

/** Half of the 20 s that a tab waits at most for another one's lease and lock. */
const soonMs = 10_000
const tokenRequestTimeoutMs = 1_000
/** The lease lasts 5 s longer than the request may, and the lock is waited for 5 s longer than that. */
const longestWaitMs = tokenRequestTimeoutMs + 5_000 + 5_000

beforeAll(async () => {
  stage = await startPuppeteerStage({ managerOptions: { refreshAhead: 'never' } })
})
beforeEach(() => stage.reset())
afterAll(() => stage?.close())

async function expectTokens(pages: readonly Page[], withinMs: number): Promise<void> {
  for (const page of pages) {
    const { outcome, tookMs } = await endOfCall(page)
    expect(outcome).toBe(200)
    expect(tookMs).toBeLessThan(withinMs)
  }
}

describe('the process of a page is killed while its token request is under way', () => {
  async function kill(when: 'before' | 'after'): Promise<readonly Page[]> {
    const pages = await signedInPages(stage, 3)
    const [holder, ...others] = pages
    const renderer = await rendererOf(holder, pages)
    await stickInRotation(stage, { when, holder, waiting: others })
    renderer.kill()
    return others
  }

  test('before the server has rotated: the next tab does it', async () => {
    const others = await kill('before')
    await expectTokens(others, soonMs)
    expect(stage.authorizationServer.counters()).toMatchObject({
      tokenRequests: 3,
      refreshGrants: 1,
      replays: 0,
      refreshRefused: 0,
    })
  })

  test('after a server with grace has rotated: the next tab gets the tokens once more', async () => {
    stage.authorizationServer.setRefreshTokenGrace(10_000)
    const others = await kill('after')
    await expectTokens(others, soonMs)
    await allAre('signed-in', others)
    expect(stage.authorizationServer.counters()).toMatchObject({
      tokenRequests: 3,
      refreshGrants: 2,
      replays: 1,
      refreshRefused: 0,
    })
  })

  test('after a strict server has rotated: the session ends, once, in every tab', async () => {
    const others = await kill('after')
    for (const page of others) {
      expect(await endOfCall(page)).toMatchObject({ outcome: 'ROTATION_LOST' })
      expect(await stateOf(page)).toMatchObject({ status: 'signed-out', reason: 'rotation-lost' })
      expect(await endsIn(page)).toEqual(['rotation-lost'])
    }
    expect(stage.authorizationServer.counters()).toMatchObject({
      tokenRequests: 3,
      refreshRefused: 1,
    })
  })
})

describe('a page that holds the lock stands still', () => {
  async function freezer(page: Page): Promise<(state: 'frozen' | 'active') => Promise<void>> {
    const session = await page.createCDPSession()
    return async (state) => {
      await session.send('Page.setWebLifecycleState', { state })
    }
  }

  test('frozen, and thawed within its lease: its reply serves everybody', async () => {
    const [holder, ...others] = await signedInPages(stage, 3)
    const setState = await freezer(holder)
    await stickInRotation(stage, { when: 'after', holder, waiting: others, delayMs: 500 })
    await setState('frozen')
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    // The answer is there, and the page has done nothing with it.
    expect(await stateOf(others[0])).toMatchObject({ generation: 1 })
    await setState('active')
    await expectTokens([holder, ...others], longestWaitMs)
    expect(stage.authorizationServer.counters()).toMatchObject({
      tokenRequests: 2,
      refreshGrants: 1,
      replays: 0,
    })
  })

  test('stopped for five seconds: its reply serves everybody', async () => {
    const pages = await signedInPages(stage, 3)
    const [holder, ...others] = pages
    const renderer = await rendererOf(holder, pages)
    await stickInRotation(stage, { when: 'after', holder, waiting: others, delayMs: 500 })
    renderer.stop()
    try {
      await new Promise((resolve) => setTimeout(resolve, 5_000))
    } finally {
      renderer.goOn()
    }
    await expectTokens(pages, longestWaitMs)
    expect(stage.authorizationServer.counters()).toMatchObject({
      tokenRequests: 2,
      refreshGrants: 1,
      replays: 0,
    })
  })

  test('stopped for longer than its lease: the others go on, and it takes over what they have', async () => {
    stage.authorizationServer.setRefreshTokenGrace(60_000)
    const path = `/?options=${encodeURIComponent(JSON.stringify({ tokenRequestTimeoutMs }))}`
    await stage.signIn(await stage.newPage())
    const pages = await Promise.all([stage.newPage(path), stage.newPage(path)])
    await allAre('signed-in', pages)
    const [holder, waiting] = pages
    const renderer = await rendererOf(holder, pages)
    await stickInRotation(stage, { when: 'after', holder, waiting: [waiting], delayMs: 500 })
    renderer.stop()
    try {
      await expectTokens([waiting], longestWaitMs + 5_000)
    } finally {
      renderer.goOn()
    }
    expect(await stage.storm(pages, 3)).toMatchObject({ outcomes: { 200: 6 } })
    await allAre('signed-in', pages)
    expect(stage.authorizationServer.counters()).toMatchObject({
      tokenRequests: 3,
      refreshGrants: 2,
      replays: 1,
      refreshRefused: 0,
    })
  })
})
