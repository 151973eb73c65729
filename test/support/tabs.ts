import { createMemoryChannel } from '../../src/adapters/memory-channel.ts'
import { createMemoryLocks } from '../../src/adapters/memory-locks.ts'
import {
  createMemoryNavigation,
  type MemoryNavigation,
} from '../../src/adapters/memory-navigation.ts'
import {
  createMemoryPageEvents,
  type MemoryPageEvents,
} from '../../src/adapters/memory-page-events.ts'
import { createMemoryTokenStore } from '../../src/adapters/memory-token-store.ts'
import {
  createTokenManager,
  type Ports,
  type TokenManager,
  type TokenManagerEvent,
  type TokenManagerOptions,
  type TokenStore,
} from '../../src/index.ts'
import {
  createFakeAuthorizationServer,
  type FakeAuthorizationServer,
  type FakeAuthorizationServerOptions,
} from '../../src/testing/fake-authorization-server.ts'
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts'

/** One virtual tab. */
export interface Tab {
  readonly auth: TokenManager
  readonly page: MemoryPageEvents
  readonly navigation: MemoryNavigation
  readonly events: TokenManagerEvent[]
  /** What the app got for one call of an API. */
  call(path?: string): Promise<number>
}

/** A browser profile with virtual tabs, an authorization server and an API; time moves by hand. */
export interface Profile {
  readonly clock: ManualClock
  readonly server: FakeAuthorizationServer
  readonly store: TokenStore & { reads: number; updates: number }
  readonly api: {
    requests: { readonly token: string; readonly path: string }[]
    rejectsAll: boolean
  }
  openTab(options?: Partial<TokenManagerOptions>, ports?: Partial<Ports>): Tab
  /** Opens a tab and signs it in. */
  openSignedInTab(options?: Partial<TokenManagerOptions>, ports?: Partial<Ports>): Promise<Tab>
  /** Lets time pass in small steps, so that what one step sets off can finish before the next. */
  pass(ms: number): Promise<void>
}

export const apiUrl = 'https://api.example/v2/'

export function createProfile(options: FakeAuthorizationServerOptions = {}): Profile {
  const clock = createManualClock()
  const server = createFakeAuthorizationServer(options)
  const locks = createMemoryLocks()
  const openChannel = createMemoryChannel()
  const memory = createMemoryTokenStore()
  const store: Profile['store'] = {
    reads: 0,
    updates: 0,
    read(key) {
      store.reads += 1
      return memory.read(key)
    },
    update(key, change, how) {
      store.updates += 1
      return memory.update(key, change, how)
    },
  }
  const api: Profile['api'] = { requests: [], rejectsAll: false }
  let tabs = 0

  async function fetch(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
    const url = input instanceof Request ? input.url : String(input)
    if (!url.startsWith('https://api.example/')) return server.fetch(input, init)
    const token = (new Headers(init.headers).get('authorization') ?? '').replace(/^\w+ /, '')
    api.requests.push({ token, path: new URL(url).pathname })
    const isGood = !api.rejectsAll && server.accepts(token)
    return new Response(null, { status: isGood ? 200 : 401 })
  }

  function openTab(more: Partial<TokenManagerOptions> = {}, ports: Partial<Ports> = {}): Tab {
    tabs += 1
    const name = `tab-${tabs}`
    let ids = 0
    const page = createMemoryPageEvents()
    const navigation = createMemoryNavigation('https://app.example/start')
    const events: TokenManagerEvent[] = []
    const auth = createTokenManager(
      {
        authorizationServer: server.metadata,
        clientId: 'spa',
        resourceServers: [apiUrl],
        storage: store,
        refreshAhead: 'never',
        fetch,
        ...more,
      },
      {
        clock,
        locks,
        openChannel,
        navigation,
        pageEvents: page,
        random: { fraction: () => 0.5, id: () => `${name}-${(ids += 1)}` },
        ...ports,
      },
    )
    auth.observe((event) => events.push(event))
    return {
      auth,
      page,
      navigation,
      events,
      call: async (path = 'orders') => (await auth.fetch(apiUrl + path)).status,
    }
  }

  return {
    clock,
    server,
    store,
    api,
    openTab,
    async openSignedInTab(more, ports) {
      const tab = openTab(more, ports)
      await tab.auth.startSession(server.signIn())
      return tab
    },
    async pass(ms) {
      const stepMs = Math.max(50, ms / 200)
      for (let left = ms; left > 0; left -= stepMs) {
        clock.advance(Math.min(stepMs, left))
        await settle()
      }
    },
  }
}

/** Lets everything run that is not waiting for time to pass. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
