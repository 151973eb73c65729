import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page, Request } from 'playwright-core'
import { troubles } from '../../../demo/page/board/troubles/troubles.ts'
import { allTabsShow, lookInside, play, signIn, startDemo, tabShows } from './demo-stage.ts'
import type { DemoStage } from './demo-stage.ts'

let demo: DemoStage
let page: Page
/** What every trouble has left at the servers, and which of them have changed something there. */
const leftAtServers: Record<string, object> = {}
const held = new Set<string>()

beforeAll(async () => {
  demo = await startDemo()
  page = await demo.openSignedIn()
  // What the tabs do by themselves would be counted too.
  await page.getByLabel('Tabs call the API every 2 s').uncheck()
})
afterAll(() => demo?.close())

const ada = '6 tabs signed in as Ada Lovelace'

/** How many calls outlast an outage is up to chance. */
function someOf(failure: string): string {
  return `(?:\\d+ × (?:${failure}|200)(?:, )?){1,2}`
}

/** What the page must say after a button was pressed, and what every tab must show then. */
const outcomes: Readonly<Record<string, { says: RegExp; tabsShow: RegExp }>> = {
  storm: { says: /^60 × 200\. 1 refresh grant, 0 replays\.$/, tabsShow: /^Ada Lovelace$/ },
  expire: {
    says: /^The access token has run out\. 0 refresh grants, 0 replays\.$/,
    tabsShow: /^run out$/,
  },
  'call-ten': { says: /^60 × 200\. 1 refresh grant, 0 replays\.$/, tabsShow: /^Ada Lovelace$/ },
  'revoke-token': { says: /^6 × 200\. 1 refresh grant, 0 replays\.$/, tabsShow: /^200 ×2$/ },
  'api-401': {
    says: RegExp(`^60 × 401. Sent at most 2×. ${ada}. 1 refresh grant, 0 replays.$`),
    tabsShow: /^401 ×2$/,
  },
  offline: {
    says: RegExp(`^Meanwhile 6 × NETWORK. Then 6 × 200. ${ada}. 1 refresh grant, 0 replays.$`),
    tabsShow: /^Ada Lovelace$/,
  },
  'reload-all': {
    says: RegExp(`^6 × 200. ${ada}. 1 refresh grant, 0 replays.$`),
    tabsShow: /^Ada Lovelace$/,
  },
  'kill-refreshing': {
    says: RegExp(
      `^Tab \\d was closed; 5 × 200 in the others. ${ada}. 1 refresh grant, 0 replays.$`,
    ),
    tabsShow: /^Ada Lovelace$/,
  },
  'step-clock': {
    says: RegExp(`^12 × 200. ${ada}. [0-3] refresh grants?, 0 replays.$`),
    tabsShow: /^Ada Lovelace$/,
  },
  'clear-storage': {
    says: /^6 × STORAGE_CLEARED\. 6 tabs signed out \(storage-cleared\)\. 0 refresh grants, 0 replays\.$/,
    tabsShow: /^Signed out: storage-cleared$/,
  },
  unavailable: {
    says: RegExp(
      `^Meanwhile ${someOf('SERVER_UNAVAILABLE')}; asked [2-6]×. Then 6 × 200. ${ada}. 1 refresh grant, 0 replays.$`,
    ),
    tabsShow: /^Ada Lovelace$/,
  },
  'rate-limited': {
    says: RegExp(
      `^Meanwhile ${someOf('SERVER_UNAVAILABLE')}; asked 1×. Then 6 × 200. ${ada}. 1 refresh grant, 0 replays.$`,
    ),
    tabsShow: /^Ada Lovelace$/,
  },
  hang: {
    says: RegExp(`^6 × 200. Then 6 × 200. ${ada}. 1 refresh grant, 0 replays.$`),
    tabsShow: /^Ada Lovelace$/,
  },
  'lost-reply': {
    says: RegExp(`^6 × 200. ${ada}. 2 refresh grants, 1 replay.$`),
    tabsShow: /^Ada Lovelace$/,
  },
  'lost-reply-strict': {
    says: /^6 × ROTATION_LOST\. 6 tabs signed out \(rotation-lost\)\. 1 refresh grant, 1 replay\.$/,
    tabsShow: /^Signed out: rotation-lost$/,
  },
  'captive-portal': {
    says: RegExp(
      `^Meanwhile ${someOf('RESPONSE_INVALID')}; asked [2-6]×. Then 6 × 200. ${ada}. 1 refresh grant, 0 replays.$`,
    ),
    tabsShow: /^Ada Lovelace$/,
  },
  'reload-refreshing': {
    says: /^The reply reached nobody: session lost\. 6 × ROTATION_LOST\. 6 tabs signed out \(rotation-lost\)\. 1 refresh grant, 1 replay\.$/,
    tabsShow: /^Signed out: rotation-lost$/,
  },
  'revoke-session': {
    says: /^6 × REJECTED\. 6 tabs signed out \(rejected\)\. 0 refresh grants, 0 replays\.$/,
    tabsShow: /^Signed out: rejected$/,
  },
  // Nobody presses the button of the notice.
  'ends-while-typing': {
    says: RegExp(
      `^REJECTED: the session had ended. Another tab signed in, sent again: 201. Still there: “Three apples and”. ${ada}. 0 refresh grants, 0 replays.$`,
    ),
    tabsShow: /^Ada Lovelace$/,
  },
  'sign-out': {
    says: /^6 tabs signed out \(signed-out\)\. 0 refresh grants, 0 replays\.$/,
    tabsShow: /^Signed out: signed-out$/,
  },
  'other-user': {
    says: /^6 × 200\. 6 tabs signed in as Grace Hopper\. 0 refresh grants, 0 replays\.$/,
    tabsShow: /^Grace Hopper$/,
  },
}

test('every trouble has its expected outcome here', () => {
  expect(Object.keys(outcomes).sort()).toEqual(troubles.map(({ id }) => id).sort())
})

for (const { id, label, sentence } of troubles) {
  test(`${label}: ${sentence}`, async () => {
    const expected = outcomes[id]
    const hears = (request: Request): void => {
      if (/\/demo\/(fault|grace|opener-policy)\b/.test(request.url())) held.add(id)
    }
    page.on('request', hears)
    const outcome = await play(page, id)
    page.off('request', hears)
    leftAtServers[id] = atServers()
    expect(outcome).toMatch(expected?.says ?? /^$/)
    await allTabsShow(page, expected?.tabsShow ?? /^$/)
  })
}

/** What lasts at the servers, as it is now. */
function atServers(): object {
  const { authorizationServer, api } = demo
  const { rejectAll } = api.faults()
  return {
    fault: authorizationServer.fault()?.kind,
    graceMs: authorizationServer.refreshTokenGraceMs(),
    openerPolicy: authorizationServer.openerPolicy(),
    rejectAll,
  }
}

const nothing = { fault: undefined, graceMs: 0, openerPolicy: undefined, rejectAll: false }

/** What the troubles that change something lasting do to the servers. */
const lasting: Readonly<Record<string, object>> = {
  'api-401': { ...nothing, rejectAll: true },
  'kill-refreshing': { ...nothing, fault: 'delay' },
  unavailable: { ...nothing, fault: 'reply' },
  'rate-limited': { ...nothing, fault: 'reply' },
  hang: { ...nothing, fault: 'hang' },
  'lost-reply': { ...nothing, fault: 'cut', graceMs: 10_000 },
  'lost-reply-strict': { ...nothing, fault: 'cut' },
  'captive-portal': { ...nothing, fault: 'reply' },
  'reload-refreshing': { ...nothing, fault: 'delay' },
  'ends-while-typing': { ...nothing, openerPolicy: 'same-origin' },
}

/** Begins a trouble, which gets no further once the servers are so. */
async function beginAndStop(id: string): Promise<void> {
  const isInTheMiddle = (): boolean => equals(atServers(), lasting[id])
  await page.route(/\/orders$|revoke-access-tokens$/, (route) =>
    isInTheMiddle() ? undefined : route.continue(),
  )
  await page.locator(`#${id}`).getByRole('button').click()
  await expect.poll(isInTheMiddle, { timeout: 10_000 }).toBe(true)
}

function equals(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** What a visitor finds who comes after a page that went away, in this browser. */
async function openNext(before: Page, leave: () => Promise<unknown>): Promise<Page> {
  const next = await before.context().newPage()
  await leave()
  await next.goto(demo.pageOrigin)
  await lookInside(next)
  await next.getByText('Signed in as Ada Lovelace').waitFor()
  return next
}

/** Signs in anew and renews. */
async function useAnew(): Promise<void> {
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await signIn(page)
  expect(await play(page, 'storm')).toBe('60 × 200. 1 refresh grant, 0 replays.')
}

test('every trouble leaves the servers as they were', () => {
  expect(leftAtServers).toEqual(Object.fromEntries(troubles.map(({ id }) => [id, nothing])))
})

test('what lasts at the servers is known of every trouble', () => {
  expect([...held].sort()).toEqual(Object.keys(lasting).sort())
})

describe('a page that goes away in the middle', () => {
  beforeAll(async () => {
    page = await demo.openSignedIn()
    await page.getByLabel('Tabs call the API every 2 s').uncheck()
  })

  for (const id of Object.keys(lasting)) {
    test(`of "${id}", by a reload, leaves nothing at the servers`, async () => {
      await beginAndStop(id)
      await page.reload()
      await expect.poll(atServers).toEqual(nothing)
      await page.getByText('Signed in as Ada Lovelace').waitFor()
      expect(await play(page, 'storm')).toBe('60 × 200. 1 refresh grant, 0 replays.')
    })

    test(`of "${id}", by being closed, leaves a next one that signs in and renews`, async () => {
      await beginAndStop(id)
      page = await openNext(page, () => page.close())
      await expect.poll(atServers).toEqual(nothing)
      await useAnew()
    })
  }

  test('by a crash, leaves nothing at the servers', async () => {
    await beginAndStop('unavailable')
    const session = await page.context().newCDPSession(page)
    page = await openNext(page, async () => {
      // There is no answer any more.
      void session.send('Page.crash').catch(() => undefined)
    })
    await expect.poll(atServers).toEqual(nothing)
  })

  test('does not end what another page has begun', async () => {
    await beginAndStop('unavailable')
    const other = await page.context().newPage()
    await other.goto(demo.pageOrigin)
    expect(await play(other, 'lost-reply')).toContain('1 replay')
    expect(atServers()).toEqual(lasting['unavailable'])
    page = await openNext(page, () => page.close())
    await other.close()
    await expect.poll(atServers).toEqual(nothing)
  })

  test.for(['reload', 'close'])('of "offline", by a %s, leaves no browser offline', async (how) => {
    await page.locator('#offline').getByRole('button').click()
    await tabShows(page, 1, 'error')
    if (how === 'reload') await page.reload()
    else page = await openNext(page, () => page.close())
    await page.getByText('Signed in as Ada Lovelace').waitFor()
    await useAnew()
  })
})
