import type { LockManager, Ports, TokenManagerOptions, TokenStore } from '../../src/index.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import { createProfile, settle, type Profile, type Tab } from './tabs.ts'

export interface OpenTabs {
  readonly profile: Profile
  /** The one that has signed in. */
  readonly tab: Tab
  readonly peer: Tab
  /** All of them. */
  readonly tabs: readonly Tab[]
}

/** Two or more tabs of one session. */
export async function openTabs(
  count: number = 2,
  options: Partial<TokenManagerOptions> = {},
  profile: Profile = createProfile(),
  ports: Partial<Ports> = {},
): Promise<OpenTabs> {
  const tab = await profile.openSignedInTab(options, ports)
  const peer = profile.openTab(options, ports)
  const others = Array.from({ length: count - 2 }, () => profile.openTab(options, ports))
  const tabs = [tab, peer, ...others]
  await Promise.all(tabs.map(({ auth }) => auth.ready))
  return { profile, tab, peer, tabs }
}

/** The same, with an access token that has run out. */
export async function openExpiredTabs(...args: Parameters<typeof openTabs>): Promise<OpenTabs> {
  const opened = await openTabs(...args)
  await expire(opened.profile)
  return opened
}

/** Lets more time pass than an access token lives. */
export async function expire({ clock }: Profile): Promise<void> {
  clock.advance(600_000)
  await settle()
}

/** What a browser has that offers no locks. */
export const noLocks: LockManager = {
  request: () => ({ granted: Promise.resolve(false), isHeld: () => false, release() {} }),
}

/** A tab whose timers stand still, as those of a page do that is frozen or dead. */
export async function openFrozenTab(profile: Profile, ports: Partial<Ports> = {}): Promise<Tab> {
  const tab = profile.openTab({}, { clock: createManualClock(profile.clock.now()), ...ports })
  await tab.auth.ready
  return tab
}

type Write = 'claim' | 'commit'

/**
 * A tab that can be killed: its locks are free again, and nothing in it goes on. With `after`, it
 * hears no more of storage from that write on, which is carried out; with `before`, it is not.
 */
export async function openMortalTab(
  profile: Profile,
  until: { readonly after?: Write; readonly before?: Write } = {},
): Promise<{ readonly tab: Tab; readonly die: () => void }> {
  const releases: (() => void)[] = []
  const locks: LockManager = {
    request(name) {
      const handle = profile.locks.request(name)
      releases.push(() => handle.release())
      return { granted: handle.granted, isHeld: () => true, release() {} }
    },
  }
  let isArmed = false
  const storage: TokenStore = {
    read: (key) => profile.store.read(key),
    async update(key, change, how) {
      const write = how?.durable ? 'commit' : 'claim'
      if (isArmed && until.before === write) return new Promise<never>(() => {})
      const result = await profile.store.update(key, change, how)
      return isArmed && until.after === write ? new Promise<never>(() => {}) : result
    },
  }
  const clock = createManualClock(profile.clock.now())
  const tab = profile.openTab({ storage }, { locks, clock })
  await tab.auth.ready
  isArmed = true
  return { tab, die: () => releases.forEach((release) => release()) }
}
