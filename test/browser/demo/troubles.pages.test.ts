import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { troubles } from '../../../demo/page/board/troubles/troubles.ts'
import { allTabsShow, play, startDemo } from './demo-stage.ts'
import type { DemoStage } from './demo-stage.ts'

let demo: DemoStage
let page: Page

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
  'revoke-session': {
    says: /^6 × REJECTED\. 6 tabs signed out \(rejected\)\. 0 refresh grants, 0 replays\.$/,
    tabsShow: /^Signed out: rejected$/,
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
    expect(await play(page, id)).toMatch(expected?.says ?? /^$/)
    await allTabsShow(page, expected?.tabsShow ?? /^$/)
  })
}
