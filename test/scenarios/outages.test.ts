import { expect, it } from 'vitest'
import { createTokenManager, isTokenError } from '../../src/index.ts'
import {
  createFakeAuthorizationServer,
  type FakeReply,
} from '../../src/testing/fake-authorization-server.ts'
import { createTestBrowser } from '../../src/testing/test-browser.ts'
import { json } from '../oauth/server-double.ts'
import { settle } from '../support/tabs.ts'
import { cut } from '../support/token-replies.ts'

const apiUrl = 'https://api.example/v2/orders'

interface Course {
  readonly tabs: number
  /** How often each tab calls the API. */
  readonly everyMs: number
  readonly seed: number
  readonly failure: FakeReply
  /** How long the token endpoint is down; or how many requests it answers so. */
  readonly downMs?: number
  readonly failures?: number
}

interface Outcome {
  /** Token requests in all, the one that succeeded included. */
  readonly requests: number
  /** From the return of the token endpoint until the last tab had its first 200. */
  readonly backMs: number
  /** From the first call until the last tab had its first 200. */
  readonly firstMs: number
  readonly failedCalls: number
}

/** Lets tabs whose access token has run out go through an outage; every timer runs at its own instant. */
async function goThrough({
  tabs,
  everyMs,
  seed,
  failure,
  downMs = Infinity,
  failures = Infinity,
}: Course): Promise<Outcome> {
  const server = createFakeAuthorizationServer()
  const browser = createTestBrowser()
  const { clock } = browser
  const chance = createChance(seed)
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (input !== apiUrl) return server.fetch(input, init)
    const token = new Headers(init?.headers).get('authorization')?.slice('Bearer '.length) ?? ''
    return new Response(null, { status: server.accepts(token) ? 200 : 401 })
  }
  const managers = Array.from({ length: tabs }, (_, index) => {
    const { ports } = browser.openTab()
    let ids = 0
    const random = { fraction: chance, id: () => `${index}-${(ids += 1)}` }
    return createTokenManager(
      {
        authorizationServer: server.metadata,
        clientId: 'spa',
        resourceServers: [apiUrl],
        storage: browser.store,
        fetch,
      },
      { ...ports, random },
    )
  })
  await managers[0]?.startSession(server.signIn())
  await Promise.all(managers.map(({ ready }) => ready))
  clock.advance(600_000)
  await settle()

  const beganAt = clock.now()
  let upAt = beganAt + downMs
  let failed = 0
  let failedCalls = 0
  const firstAt = new Map<number, number>()
  server.answerAlways((request) => {
    if (clock.now() >= upAt) return request.proceed()
    failed += 1
    if (failed >= failures) upAt = clock.now()
    return failure(request)
  })

  async function call(index: number): Promise<void> {
    try {
      const response = await managers[index]?.fetch(apiUrl)
      expect(response?.status).toBe(200)
      if (!firstAt.has(index)) firstAt.set(index, clock.now())
    } catch (error) {
      expect(isTokenError(error) && error.name).toBe('RefreshUnavailableError')
      failedCalls += 1
    }
  }

  // Tabs do not call in step, except where they were all opened at once.
  const isInStep = seed % 2 === 0
  const nextCallAt = managers.map(() => beganAt + (isInStep ? 0 : Math.floor(chance() * everyMs)))
  while (firstAt.size < tabs) {
    const now = clock.now()
    if (now - beganAt > 600_000) throw new Error('The outage never ends.')
    nextCallAt.forEach((at, index) => {
      if (at > now) return
      nextCallAt[index] = at + everyMs
      void call(index)
    })
    await settle()
    const next = Math.min(...nextCallAt.map((at) => at - now), ...clock.timers())
    clock.advance(Math.max(next, 0))
    await settle()
  }
  const lastAt = Math.max(...firstAt.values())
  managers.forEach((manager) => manager.dispose())
  expect(clock.timers()).toEqual([])
  expect(server.counts.replays).toBe(0)
  return {
    requests: server.counts.requests,
    backMs: lastAt - upAt,
    firstMs: lastAt - beganAt,
    failedCalls,
  }
}

/** Chance that can be had again (Park and Miller), or for the first two seeds none: the shortest pauses, the longest. */
function createChance(seed: number): () => number {
  if (seed < 2) return () => seed * 0.999
  let state = seed * 7_919 + 1
  const next = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647
  next()
  return next
}

const failures: readonly (readonly [string, FakeReply])[] = [
  ['503', () => json(503, {})],
  ['cut', cut],
]

/** The worst of all courses, which is also printed. */
async function worstOf(
  what: string,
  seeds: number,
  course: Omit<Course, 'seed' | 'failure'>,
): Promise<Outcome> {
  const outcomes: Outcome[] = []
  for (const [, failure] of failures) {
    for (let seed = 0; seed < seeds; seed += 1) {
      outcomes.push(await goThrough({ ...course, seed, failure }))
    }
  }
  const most = (of: (outcome: Outcome) => number): number => Math.max(...outcomes.map(of))
  const worst = {
    requests: most(({ requests }) => requests),
    backMs: most(({ backMs }) => backMs),
    firstMs: most(({ firstMs }) => firstMs),
    failedCalls: most(({ failedCalls }) => failedCalls),
  }
  process.stdout.write(
    `${what}, ${outcomes.length} courses: ${worst.requests} requests, the last tab back after ${worst.backMs} ms, ${worst.failedCalls} calls failed, at most\n`,
  )
  return worst
}

it('three failures in a row are outlasted: the first 200 comes within 4 s, and no call fails', async () => {
  const worst = await worstOf('three failures', 25, { tabs: 1, everyMs: 500, failures: 3 })
  expect(worst).toMatchObject({ requests: 4, failedCalls: 0 })
  expect(worst.firstMs).toBeLessThanOrEqual(4_000)
})

it('30 s of outage cost ten tabs 12 requests at most, and every tab is back within 9 s', async () => {
  const worst = await worstOf('down for 30 s', 12, { tabs: 10, everyMs: 1_000, downMs: 30_000 })
  expect(worst.requests).toBeLessThanOrEqual(12)
  expect(worst.backMs).toBeLessThanOrEqual(9_000)
}, 60_000)

it('5 min of outage cost ten tabs 40 requests at most, and every tab is back within 42 s', async () => {
  const worst = await worstOf('down for 5 min', 6, { tabs: 10, everyMs: 1_000, downMs: 300_000 })
  expect(worst.requests).toBeLessThanOrEqual(40)
  expect(worst.backMs).toBeLessThanOrEqual(42_000)
}, 120_000)
