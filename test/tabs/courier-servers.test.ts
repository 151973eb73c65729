import { describe, expect, it } from 'vitest'
import {
  createFakeAuthorizationServer,
  type FakeAuthorizationServer,
} from '../../src/testing/fake-authorization-server.ts'
import { quiet } from '../../src/testing/steps.ts'
import { createVirtualTabs, type VirtualTabs } from '../../src/testing/virtual-tabs.ts'
import { enoughTimeMs } from './expect-kept.ts'

/** What a server does when a spent refresh token comes back. */
const kinds = {
  'ends the session': 'strict',
  'refuses it, and no more': 'simple',
  'gives the same child again': 'same child',
  'gives another child': 'sibling',
  'gives another child and revokes the first': 'last one wins',
} as const

type Kind = (typeof kinds)[keyof typeof kinds]

function createServer(kind: Kind): FakeAuthorizationServer {
  const server = createFakeAuthorizationServer()
  /** What was given for each, as long as none of that was presented. */
  const children = new Map<string, readonly string[]>()
  let live: readonly string[] = []
  let spent: string | undefined
  let count = 0

  function renew(presented: string): Response {
    const isFirst = count === 0 || live.includes(presented)
    const earlier = children.get(presented) ?? []
    if (!isFirst && (presented !== spent || kind === 'strict' || kind === 'simple')) {
      if (kind === 'strict') live = []
      return Response.json({ error: 'invalid_grant' }, { status: 400 })
    }
    count += 1
    const repeated = kind === 'same child' ? earlier.at(-1) : undefined
    const child = repeated ?? `refresh-of-request-${count}`
    live = kind === 'sibling' && !isFirst ? [...live, child] : [child]
    children.set(presented, [...earlier, child])
    spent = presented
    const access_token = `access-of-request-${count}`
    return Response.json({
      access_token,
      token_type: 'Bearer',
      expires_in: 2,
      refresh_token: child,
    })
  }

  server.answerAlways(({ parameters }) => renew(parameters.get('refresh_token') ?? ''))
  return server
}

const faults = {
  'a tab is killed': ([tab]: VirtualTabs['tabs']) => tab?.kill(),
  'a tab is put away for good': ([tab]: VirtualTabs['tabs']) => tab?.putAway(),
  'the courier is killed': (_: VirtualTabs['tabs'], { courier }: VirtualTabs) => courier.kill(),
}

/** What lets a reply be lost, and with it the session where a spent token brings no other. */
const isFatal = (fault: keyof typeof faults, kind: Kind): boolean =>
  fault === 'the courier is killed' && (kind === 'strict' || kind === 'simple')

/** Two tabs refresh, oldest step first; before step `at` the fault comes. Whether it did. */
async function renewWithFault(
  browser: VirtualTabs,
  server: FakeAuthorizationServer,
  { fault, at }: { readonly fault: keyof typeof faults; readonly at: number },
): Promise<boolean> {
  const tabs = [browser.openTab(), browser.openTab()] as const
  void tabs[0].auth.startSession(server.signIn({ expires_in: 1 }))
  await pass(browser, 10_000)
  for (const { auth } of tabs) auth.refresh().catch(() => {})
  await quiet()
  for (let step = 0; step < at; step += 1) {
    const [next] = browser.steps.ready()
    if (!next) return false
    await browser.run(next)
  }
  faults[fault](browser.tabs, browser)
  await pass(browser, 60_000)
  return true
}

async function pass(browser: VirtualTabs, ms: number): Promise<void> {
  await browser.settle()
  for (let leftMs = ms; leftMs > 0; await browser.settle()) {
    leftMs -= Math.max(1, browser.pass(leftMs))
  }
}

const cases = Object.entries(kinds).flatMap(([words, kind]) =>
  [true, false].map((locks) => ({ words, kind, locks })),
)

describe.each(cases)('at a server that $words, locks: $locks', ({ kind, locks }) => {
  it.each(Object.keys(faults) as (keyof typeof faults)[])(
    'what two tabs with a courier have renewed can be renewed again, wherever %s',
    { timeout: enoughTimeMs },
    async (fault) => {
      let at = 0
      for (let hasCome = true; hasCome; at += 1) {
        const server = createServer(kind)
        const browser = createVirtualTabs({ courier: true, server, locks })
        hasCome = await renewWithFault(browser, server, { fault, at })
        const next = browser.openTab()
        next.auth.refresh().catch(() => {})
        await pass(browser, 60_000)
        const { status } = next.auth.getState()
        const isLost = status !== 'signed-in'
        if (isLost) {
          expect(isFatal(fault, kind), `${status}, the fault before step ${at}`).toBe(true)
          continue
        }
        const { requests } = server.counts
        next.auth.refresh().catch(() => {})
        await pass(browser, 60_000)
        expect(next.auth.getState(), `the fault before step ${at}`).toMatchObject({
          status: 'signed-in',
        })
        expect(server.counts.requests).toBeGreaterThan(requests)
      }
      // A fault that never came would show nothing.
      expect(at).toBeGreaterThan(10)
    },
  )
})
