import { createMemoryNavigation } from './memory-navigation.ts'
import { createMemoryPageEvents, type MemoryPageEvents } from './memory-page-events.ts'
import { createMemoryTabStorage } from './memory-tab-storage.ts'
import { createTokenManager } from '../manager/token-manager.ts'
import {
  createFakeAuthorizationServer,
  type FakeAuthorizationServer,
} from './fake-authorization-server.ts'
import type { Happening, Observe } from './happenings.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import { createSteps, quiet, type Step, type Steps, type TabProcess } from './steps.ts'
import { createVirtualChannel } from './virtual-channel.ts'
import { createVirtualCourier, type CourierBuild, type VirtualCourier } from './virtual-courier.ts'
import { createTabClock } from './tab-clock.ts'
import { createVirtualLocks, noLocks } from './virtual-locks.ts'
import { createVirtualNetwork, type FakeApi } from './virtual-network.ts'
import { createVirtualStorage, type VirtualStorage } from './virtual-storage.ts'

type TokenManager = ReturnType<typeof createTokenManager>
type TokenManagerOptions = Parameters<typeof createTokenManager>[0]

/** A build of the library. */
export interface Build extends CourierBuild {
  readonly createTokenManager: typeof createTokenManager
}

/** A token manager in a tab that does what it is told, and goes on only when a step is run. */
export interface VirtualTab extends TabProcess {
  readonly auth: TokenManager
  readonly page: MemoryPageEvents
  /** Ends its process: nothing it has begun goes on, and its locks are free. */
  kill(): void
  /** Stops its process where it stands; it keeps what it holds. */
  freeze(): void
  /** Lets it go on. `resume`: the browser says so, which it does not when a whole process was stopped. */
  thaw(how?: { readonly resume: boolean }): void
  /** Puts it into the back/forward cache. */
  putAway(): void
  bringBack(): void
  /** Takes its lock away without a word. */
  loseLock(): void
}

/** Tabs of one browser profile with one storage, one set of locks and one channel. */
export interface VirtualTabs {
  readonly clock: ManualClock
  readonly server: FakeAuthorizationServer
  readonly steps: Steps
  readonly storage: VirtualStorage
  readonly courier: VirtualCourier
  /** Every tab that was ever opened. */
  readonly tabs: readonly VirtualTab[]
  openTab(options?: Partial<TokenManagerOptions>): VirtualTab
  /** Runs one step, and everything that follows from it without another. */
  run(step: Step): Promise<void>
  /** Runs steps, oldest first, until none is ready. No time passes. */
  settle(): Promise<void>
  /** Lets time pass to the next timer, at most this far, and says how far it went. */
  pass(longestMs: number): number
  /** What would be left behind if all tabs were through: timers, lock requests, open channels. */
  remains(): { readonly timers: number; readonly locks: number; readonly channels: number }
  holdsLock(tab: TabProcess): boolean
}

export interface VirtualTabsOptions {
  readonly server?: FakeAuthorizationServer
  /** Default: what the server accepts is answered with 200, the rest with 401. */
  readonly api?: FakeApi
  /** Whether the browser has Web Locks. Default: `true`. */
  readonly locks?: boolean
  /** Whether the browser has BroadcastChannel. Default: `true`. */
  readonly channel?: boolean
  /** Whether renewals are left to a courier. Default: `false`. */
  readonly courier?: boolean
  /** Told of everything, as it happens. */
  readonly observe?: Observe
  /** For another build of the library. */
  readonly build?: Build
}

export const virtualApiUrl = 'https://api.example/v2/'

/**
 * Tabs in which nothing goes on by itself: every await on storage, lock, channel, network or timer is
 * a step, and the caller decides which comes next.
 */
export function createVirtualTabs(options: VirtualTabsOptions = {}): VirtualTabs {
  const { server = createFakeAuthorizationServer() } = options
  const create = options.build?.createTokenManager ?? createTokenManager
  const observe = options.observe ?? ((_: Happening) => {})
  const clock = createManualClock()
  const steps = createSteps()
  const storage = createVirtualStorage(steps, clock, observe)
  const locks = createVirtualLocks(steps, observe)
  const channel = createVirtualChannel(steps, observe)
  const api =
    options.api ??
    (({ token }) => new Response(null, { status: server.accepts(token) ? 200 : 401 }))
  const network = createVirtualNetwork({ steps, observe, clock, server, api })
  const tabs: VirtualTab[] = []
  const courier = createVirtualCourier({
    steps,
    observe,
    ...options.build,
    partsOf(process) {
      const processClock = createTabClock(clock, steps, process)
      return {
        clock: processClock,
        store: storage.of(process),
        locks: options.locks === false ? noLocks : locks.of(process),
        openChannel: options.channel === false ? () => undefined : channel.of(process),
        fetchFor: (letter) => network.of(process, letter),
        forget() {
          storage.forget(process)
          locks.forget(process)
          channel.forget(process)
          processClock.forget()
        },
      }
    },
  })

  function openTab(more: Partial<TokenManagerOptions> = {}): VirtualTab {
    const name = `tab ${tabs.length + 1}`
    const tabProcess: { name: string; state: TabProcess['state'] } = { name, state: 'running' }
    const page = createMemoryPageEvents()
    const tabClock = createTabClock(clock, steps, tabProcess)
    let ids = 0
    const auth = create(
      {
        authorizationServer: server.metadata,
        clientId: 'spa',
        resourceServers: [virtualApiUrl],
        storage: storage.of(tabProcess),
        refreshAhead: 'never',
        fetch: network.of(tabProcess),
        courier: options.courier ? courier.of(tabProcess) : undefined,
        ...more,
      },
      {
        clock: tabClock,
        locks: options.locks === false ? noLocks : locks.of(tabProcess),
        openChannel: options.channel === false ? () => undefined : channel.of(tabProcess),
        navigation: createMemoryNavigation('https://app.example/start'),
        pageEvents: page,
        random: { fraction: () => 0.5, id: () => `${name} ${(ids += 1)}` },
        tabStorage: createMemoryTabStorage(),
      },
    )
    auth.observe((event) => observe({ type: 'event', tab: tabProcess, event }))

    const turn = (
      state: TabProcess['state'],
      fate: Extract<Happening, { type: 'fate' }>['fate'],
    ): void => {
      tabProcess.state = state
      observe({ type: 'fate', tab: tabProcess, fate })
    }
    const tab: VirtualTab = Object.assign(tabProcess, {
      auth,
      page,
      kill() {
        turn('gone', 'killed')
        steps.dropAll(tabProcess)
        storage.forget(tabProcess)
        locks.forget(tabProcess)
        channel.forget(tabProcess)
        tabClock.forget()
      },
      freeze: () => turn('frozen', 'frozen'),
      thaw({ resume }: { readonly resume: boolean } = { resume: true }) {
        turn('running', 'thawed')
        if (resume) page.emit('resume')
      },
      putAway() {
        page.emit('hide')
        turn('away', 'put-away')
      },
      bringBack() {
        turn('running', 'back')
        page.emit('restore')
      },
      loseLock() {
        locks.takeFrom(tabProcess)
        observe({ type: 'fate', tab: tabProcess, fate: 'lock-lost' })
      },
    })
    tabs.push(tab)
    observe({ type: 'fate', tab: tabProcess, fate: 'opened' })
    return tab
  }

  return {
    clock,
    server,
    steps,
    storage,
    courier,
    tabs,
    openTab,
    run: (step) => steps.run(step),
    async settle() {
      await quiet()
      for (let [next] = steps.ready(); next; [next] = steps.ready()) await steps.run(next)
    },
    pass(longestMs) {
      const ms = Math.min(longestMs, clock.timers()[0] ?? longestMs)
      clock.advance(ms)
      return ms
    },
    remains: () => ({
      timers: clock.timers().length + steps.pending().filter(({ kind }) => kind === 'timer').length,
      locks: locks.count(),
      channels: channel.count(),
    }),
    holdsLock: locks.isHeldBy,
  }
}
