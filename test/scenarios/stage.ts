import type { LockManager, TokenManagerOptions, TokenStore } from '../../src/index.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import { createDeferred, type Deferred } from '../support/deferred.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'

export const recordKey = 'session https%3A%2F%2Fas.example spa default'
/** The name of the channel and of the lock. */
export const sharedName = 'tokenring https%3A%2F%2Fas.example spa default'

export const minuteMs: number = 60_000
export const hourMs: number = 60 * minuteMs
/** A lease lasts 5 s longer than a token request may; the lock is waited for 5 s longer than that. */
export const leaseMs: number = 15_000
export const lockBoundMs: number = leaseMs + 5_000

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
): Promise<OpenTabs> {
  const tab = await profile.openSignedInTab(options)
  const peer = profile.openTab(options)
  const others = Array.from({ length: count - 2 }, () => profile.openTab(options))
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
  clock.advance(10 * minuteMs)
  await settle()
}

/** How often the tabs have reported an event of this type. */
export function countOf(tabs: readonly Tab[], type: Tab['events'][number]['type']): number {
  return tabs.flatMap(({ events }) => events).filter((event) => event.type === type).length
}

/** Every refresh token that the server was sent in a grant, oldest first. */
export function presented({ sent }: Profile): readonly string[] {
  return sent.flatMap(({ parameters }) => parameters.get('refresh_token') ?? [])
}

export function newest({ server }: Profile, kind: 'access' | 'refresh'): string | undefined {
  return server.secrets.findLast((secret) => secret.startsWith(kind))
}

/** A tab whose timers stand still, as those of a page do that is frozen. */
export async function openFrozenTab(profile: Profile): Promise<Tab> {
  const tab = profile.openTab({}, { clock: createManualClock(profile.clock.now()) })
  await tab.auth.ready
  return tab
}

export type Write = 'claim' | 'commit'

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

/**
 * A tab whose durable writes wait for the disk. `written` says of each write whether it was durable,
 * and what was stored then.
 */
export async function openTabWithSlowDisk(profile: Profile): Promise<{
  readonly tab: Tab
  readonly disk: Deferred<void>
  readonly written: readonly (readonly [durable: boolean, stored: string])[]
}> {
  const disk = createDeferred()
  const written: [boolean, string][] = []
  const storage: TokenStore = {
    read: (key) => profile.store.read(key),
    async update(key, change, how) {
      const isDurable = how?.durable ?? false
      if (isDurable) await disk.promise
      const result = await profile.store.update(key, change, how)
      written.push([isDurable, JSON.stringify(await storedRecord(profile))])
      return result
    },
  }
  const tab = profile.openTab({ storage })
  await tab.auth.ready
  return { tab, disk, written }
}

/** What storage holds of the session. */
export async function storedRecord(profile: Profile): Promise<unknown> {
  return profile.store.read(recordKey)
}

/** Writes past the library, as another version of the app would. */
export async function overwriteRecord(profile: Profile, put: unknown): Promise<void> {
  await profile.store.update(recordKey, () => ({ put, result: undefined }))
}

export async function removeRecord(profile: Profile): Promise<void> {
  await profile.store.update(recordKey, () => ({ remove: true, result: undefined }))
}

/** An API that answers as it is told, in place of the one of the profile. */
export function answering(
  { fetch }: Profile,
  answer: (token: string) => Response,
): { readonly fetch: typeof globalThis.fetch; readonly tokens: string[] } {
  const tokens: string[] = []
  return {
    tokens,
    fetch: async (input, init) => {
      const url = input instanceof Request ? input.url : String(input)
      if (!url.startsWith('https://api.example/')) return fetch(input, init)
      const token = (new Headers(init?.headers).get('authorization') ?? '').replace(/^\w+ /, '')
      tokens.push(token)
      return answer(token)
    },
  }
}
