import { openBroadcastChannel } from '../adapters/broadcast-channel.ts'
import { createFallbackTokenStore, type FallbackOptions } from '../adapters/fallback-token-store.ts'
import { createIndexedDbTokenStore } from '../adapters/indexeddb-token-store.ts'
import { createMemoryTokenStore } from '../adapters/memory-token-store.ts'
import { createNavigation } from '../adapters/navigation.ts'
import { createPageEvents } from '../adapters/page-events.ts'
import { createRandom } from '../adapters/random.ts'
import { createSystemClock } from '../adapters/system-clock.ts'
import { createTabStorage } from '../adapters/tab-storage.ts'
import { createWebLocks } from '../adapters/web-locks.ts'
import { createBoundedStore, type BoundedStore } from '../core/record/bounded-store.ts'
import { wasDecidedLater } from '../core/record/was-decided-later.ts'
import type {
  Clock,
  LockManager,
  Navigation,
  OpenChannel,
  PageEvents,
  PeerChannel,
  Random,
  TabStorage,
  TokenStore,
} from '../core/ports.ts'

/** Platform parts, each of which may be replaced: for tests, and for runtimes other than a page. */
export interface Ports {
  readonly clock: Clock
  readonly locks: LockManager
  readonly openChannel: OpenChannel
  readonly pageEvents: PageEvents
  readonly navigation: Navigation
  readonly random: Random
  readonly tabStorage: TabStorage
}

/** Storage that has said nothing for this long is given up, and the session kept in memory until it answers. */
const storageWaitMs = 2_000

/**
 * Every platform part: those that were given, and this browser's own for the others. A session that
 * only this tab knows of has no locks and no channel, whatever was given.
 */
export function createPorts(given: Partial<Ports>, isPerTab: boolean): Ports {
  return {
    clock: given.clock ?? createSystemClock(),
    locks: isPerTab ? uncontended : (given.locks ?? createWebLocks()),
    openChannel: isPerTab ? () => nobody : (given.openChannel ?? openBroadcastChannel),
    pageEvents: given.pageEvents ?? createPageEvents(),
    navigation: given.navigation ?? createNavigation(),
    random: given.random ?? createRandom(),
    tabStorage: given.tabStorage ?? createTabStorage(),
  }
}

export interface Stores {
  /** For the session and the server's metadata. */
  readonly session: BoundedStore
  /** For what a sign-in has to remember: it leaves the page, and with it the page's memory. */
  readonly lasting: BoundedStore
}

export function createStores(
  storage: 'indexeddb' | 'memory' | TokenStore,
  clock: Clock,
  fallback: Pick<FallbackOptions, 'onFallback' | 'onReturn' | 'disposal'>,
): Stores {
  const { disposal } = fallback
  const bounded = (store: TokenStore): BoundedStore => createBoundedStore(store, clock, disposal)
  if (typeof storage === 'object') {
    const store = bounded(storage)
    return { session: store, lasting: store }
  }
  const indexedDb = createIndexedDbTokenStore({ clock })
  const session =
    storage === 'memory'
      ? createMemoryTokenStore()
      : createFallbackTokenStore(indexedDb, {
          ...fallback,
          clock,
          waitMs: storageWaitMs,
          wasDecidedLater,
        })
  return { session: bounded(session), lasting: bounded(indexedDb) }
}

/** The other tabs, for a session that only this one knows of. */
const nobody: PeerChannel = { post() {}, close() {} }

/** Such a session is never contended for. */
const uncontended: LockManager = {
  request: () => ({ granted: Promise.resolve(true), isHeld: () => true, release() {} }),
}

/**
 * What relative options are resolved against: as relative requests are, so that both mean the same,
 * but never another origin than the page's, to which a planted `<base>` would take the tokens.
 */
export function ownBaseOf(navigation: Navigation): string {
  const [base, page] = [navigation.baseUrl(), navigation.currentUrl()]
  return new URL(base).origin === new URL(page).origin ? base : page
}
