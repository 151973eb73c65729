import { describe, expect, it } from 'vitest'
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts'
import { page } from '../oauth/server-double.ts'
import { noLocks } from '../support/open-tabs.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'
import { cut, hang } from '../support/token-replies.ts'

/** Opens a tab with a clock of its own, so that its timers can be told from those of others. */
type Open = (ports?: Parameters<Profile['openTab']>[1]) => Tab

/** Each leaves a call that waits for time to pass. */
const waits: Readonly<Record<string, (profile: Profile, open: Open) => Promise<Tab>>> = {
  async 'the prompt retry'(profile, open) {
    const tab = await signedIn(profile, open())
    profile.server.answerNext(cut)
    await begin(tab.auth.refresh())
    expect(tab.auth.getState()).toMatchObject({ refresh: { phase: 'waiting', attempt: 1 } })
    return tab
  },
  async 'the end of a lease that is not its own'(profile, open) {
    const holder = await profile.openSignedInTab({}, { locks: noLocks })
    const tab = open({ locks: noLocks })
    await tab.auth.ready
    profile.server.answerNext(hang)
    await begin(holder.auth.refresh())
    await begin(tab.auth.refresh())
    return tab
  },
  async 'the lock'(profile, open) {
    const locks = {
      request: () => ({
        granted: new Promise<boolean>(() => {}),
        isHeld: () => false,
        release() {},
      }),
    }
    const tab = await signedIn(profile, open({ locks }))
    await begin(tab.auth.refresh())
    return tab
  },
  async 'storage that says nothing from the start'(profile, open) {
    profile.store.readsAfter = new Promise(() => {})
    const tab = open()
    await begin(tab.auth.getAccessToken())
    await begin(tab.auth.refresh())
    return tab
  },
  async 'storage that says nothing as the page comes to the front'(profile, open) {
    const tab = await signedIn(profile, open())
    profile.store.readsAfter = new Promise(() => {})
    tab.page.emit('visible')
    await begin(tab.call())
    return tab
  },
  async 'storage that has said nothing for so long that it is asked again'(profile, open) {
    profile.store.readsAfter = new Promise(() => {})
    const tab = open()
    clockOf(tab).advance(60_000)
    await settle()
    await begin(tab.auth.refresh())
    return tab
  },
  async 'the end of a hold-off that the page shows'(profile, open) {
    const tab = await signedIn(profile, open())
    profile.server.answerNext(() => page(503, { 'retry-after': '60' }))
    await begin(tab.auth.refresh())
    expect(tab.auth.getState()).toMatchObject({ refresh: { phase: 'waiting' } })
    // A look that is under way, and would set that timer anew.
    tab.page.emit('visible')
    return tab
  },
}

const clocks = new WeakMap<Tab, ManualClock>()
const clockOf = (tab: Tab): ManualClock => clocks.get(tab) as ManualClock

describe('dispose', () => {
  it.each(Object.keys(waits))('during the wait for %s leaves no timer', async (name) => {
    const profile = createProfile()
    const tab = await waits[name]?.(profile, (ports) => {
      const clock = createManualClock(profile.clock.now())
      const opened = profile.openTab({}, { clock, ...ports })
      clocks.set(opened, clock)
      return opened
    })
    if (!tab) throw new Error(name)
    expect(clockOf(tab).timers()).not.toEqual([])
    tab.auth.dispose()
    await settle()
    expect(clockOf(tab).timers()).toEqual([])
  })
})

async function signedIn({ server }: Profile, tab: Tab): Promise<Tab> {
  await tab.auth.startSession(server.signIn())
  return tab
}

/** Begins what nobody waits for here. */
async function begin(work: Promise<unknown>): Promise<void> {
  work.catch(() => undefined)
  await settle()
}
