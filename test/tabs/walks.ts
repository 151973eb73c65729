import type { Step } from '../../src/testing/steps.ts'
import type { Stage } from './stage.ts'
import type { Fault, Walk } from './walk.ts'

type Tab = Stage['browser']['tabs'][number]

const storageRefuses = (refuses: boolean): Fault => ({
  fits: () => true,
  happen(stage) {
    stage.browser.storage.refuses = refuses
  },
})

const putAway = withFirst((tab) => tab.putAway())

/** What may happen at any point of a rotation: one thing, or one after the other. */
const faults: Readonly<Record<string, Fault | readonly Fault[]>> = {
  'tab 1 is killed': withFirst((tab) => tab.kill()),
  'tab 1 is put away': putAway,
  'tab 1 is put away and comes back': [putAway, withFirst((tab) => tab.bringBack(), isAway)],
  'tab 1 is put away and loses its lock': withFirst((tab) => {
    tab.putAway()
    tab.loseLock()
  }),
  'tab 1 is frozen': withFirst((tab) => tab.freeze()),
  'tab 1 loses its lock': withFirst(
    (tab) => tab.loseLock(),
    (tab, { browser }) => isRunning(tab) && browser.holdsLock(tab),
  ),
  'tab 1 signs out': withFirst((tab, stage) => stage.ask(tab, 'leave')),
  'tab 1 signs bob in': withFirst((tab, stage) => stage.signIn(tab, 'bob')),
  'tab 1 signs alice in again, with the same refresh token': withFirst((tab, stage) =>
    stage.signInAgain(tab, 'alice'),
  ),
  'the reply is lost': {
    fits: (stage) => onTheWay(stage) !== undefined,
    happen(stage) {
      const step = onTheWay(stage)
      if (step) stage.browser.steps.drop(step)
      step?.fail?.()
    },
  },
  'storage refuses from now on': storageRefuses(true),
  'storage refuses for a while': [storageRefuses(true), storageRefuses(false)],
  'storage refuses from now on, and tab 1 is put away': [storageRefuses(true), putAway],
}

function onTheWay({ browser }: Stage): Step | undefined {
  return browser.steps.ready().find(({ kind }) => kind === 'reply' || kind === 'request')
}

function isRunning(tab: Tab): boolean {
  return tab.state === 'running'
}

function isAway(tab: Tab): boolean {
  return tab.state === 'away'
}

function withFirst(
  change: (tab: Tab, stage: Stage) => unknown,
  fits: (tab: Tab, stage: Stage) => boolean = isRunning,
): Fault {
  return {
    fits(stage) {
      const [tab] = stage.browser.tabs
      return tab !== undefined && fits(tab, stage)
    },
    happen(stage) {
      const [tab] = stage.browser.tabs
      if (tab) change(tab, stage)
    },
  }
}

/** What the app asks of every tab at once. */
export const wishes: Readonly<Record<string, (stage: Stage) => void>> = {
  /** Nobody has looked at storage for a while. */
  'a token, after it ran out': (stage) => {
    stage.browser.clock.advance(124_000)
    for (const tab of stage.browser.tabs) stage.ask(tab, 'token')
  },
  'another token than the one the API rejected': (stage) => {
    stage.browser.clock.advance(6_000)
    stage.server.revokeAccessTokens()
    for (const tab of stage.browser.tabs) stage.ask(tab, 'fetch')
  },
  'something of an API that rejects every token': (stage) => {
    stage.browser.clock.advance(6_000)
    stage.apiRejects = true
    for (const tab of stage.browser.tabs) stage.ask(tab, 'fetch')
  },
  'a refresh': (stage) => {
    stage.browser.clock.advance(6_000)
    for (const tab of stage.browser.tabs) stage.ask(tab, 'refresh')
  },
}

/** What a page asks for in the very moment in which the browser shows it again. */
export const firstWishes: Readonly<Record<string, (stage: Stage) => void>> = {
  'a request, as they come to the front': (stage) => askInFront(stage, 'fetch'),
  'a token, as they come to the front': (stage) => askInFront(stage, 'token'),
}

function askInFront(stage: Stage, kind: 'fetch' | 'token'): void {
  for (const tab of stage.browser.tabs) {
    stage.note({ type: 'page-event', tab })
    tab.page.emit('visible')
    stage.ask(tab, kind)
  }
}

/** A tab finishes a sign-in while the other one signs out, and perhaps in again. */
export function redemptionDuringSignOut(how: { readonly andIn: boolean }): Walk {
  return {
    setting: { tabs: 2, locks: true, channel: !how.andIn, graceful: false },
    begin(stage) {
      const [, tab] = stage.browser.tabs
      if (tab) stage.redeem(tab, 'bob')
    },
    faults: [
      withFirst((tab, stage) => {
        stage.ask(tab, 'leave')
        if (how.andIn) stage.signIn(tab, 'alice')
      }),
    ],
    timeMayPass: false,
  }
}

/** One need of all tabs together, which costs one grant. */
const oneGrant = 1

/** Two tabs that want the same at the same time. */
export function twoTabs(how: {
  readonly wish: string
  readonly locks: boolean
  readonly channel: boolean
  readonly graceful?: boolean
  readonly fault?: string
  readonly timeMayPass?: boolean
  readonly courier?: boolean
}): Walk {
  const { locks, channel, graceful = false, courier = false } = how
  const begin = { ...wishes, ...firstWishes }[how.wish] ?? (() => {})
  const fault = how.fault === undefined ? undefined : faults[how.fault]
  if (how.fault !== undefined && !fault) throw new Error(`There is no fault called ${how.fault}.`)
  return {
    setting: { tabs: 2, locks, channel, graceful, courier },
    begin,
    timeMayPass: how.timeMayPass ?? false,
    ...(fault ? { faults: [fault].flat() } : { grants: oneGrant }),
  }
}
