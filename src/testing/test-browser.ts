import { createMemoryChannel } from './memory-channel.ts'
import { createMemoryLocks } from './memory-locks.ts'
import { createMemoryNavigation, type MemoryNavigation } from './memory-navigation.ts'
import { createMemoryPageEvents, type MemoryPageEvents } from './memory-page-events.ts'
import { createMemoryTabStorage } from './memory-tab-storage.ts'
import { createMemoryTokenStore } from '../adapters/memory-token-store.ts'
import type { Random, TokenStore } from '../core/ports.ts'
import type { Ports } from '../manager/token-manager.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'

/** A browser profile without a browser: what its tabs share. */
export interface TestBrowser {
  /** For `storage`, in every tab. */
  readonly store: TokenStore
  /** One clock for all tabs, which moves only when told. */
  readonly clock: ManualClock
  /** Opens a tab that shows `url`. Default: `'https://app.example/'`. */
  openTab(url?: string): TestTab
}

export interface TestTab {
  /** For the second argument of `createTokenManager`; a second manager made with it is in the same tab. */
  readonly ports: Partial<Ports>
  /** Tells the manager what happens to the page: `page.emit('visible')`. */
  readonly page: MemoryPageEvents
  /** Where the page was told to go: `navigation.left`. It never does go. */
  readonly navigation: MemoryNavigation
}

/**
 * Storage, locks, messages between tabs and a clock, all in memory, without waiting and without chance.
 * The managers of its tabs are real, and share one session as they do in a browser.
 *
 * @param startAt What the wall clock shows at first, ms since the epoch.
 *
 * @example
 *
 * ```ts
 * import { createTokenManager } from 'tokenring'
 * import { createFakeAuthorizationServer, createTestBrowser } from 'tokenring/testing'
 *
 * const server = createFakeAuthorizationServer()
 * const browser = createTestBrowser()
 * const { ports } = browser.openTab()
 * const auth = createTokenManager(
 *   {
 *     authorizationServer: server.metadata,
 *     clientId: 'spa',
 *     fetch: server.fetch,
 *     storage: browser.store,
 *   },
 *   ports,
 * )
 * await auth.startSession(server.signIn())
 * ```
 */
export function createTestBrowser(startAt?: number): TestBrowser {
  const clock = createManualClock(startAt)
  const locks = createMemoryLocks()
  const openChannel = createMemoryChannel()
  let ids = 0
  // Without chance, so that a test that fails once fails every time.
  const random: Random = { fraction: () => 0.5, id: () => `id-${(ids += 1)}` }
  return {
    store: createMemoryTokenStore(),
    clock,
    openTab(url = 'https://app.example/') {
      const page = createMemoryPageEvents()
      const navigation = createMemoryNavigation(url)
      return {
        page,
        navigation,
        ports: {
          clock,
          locks,
          openChannel,
          navigation,
          pageEvents: page,
          random,
          tabStorage: createMemoryTabStorage(),
        },
      }
    },
  }
}
