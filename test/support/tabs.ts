import { createMemoryChannel } from '../../src/testing/memory-channel.ts'
import { createMemoryLocks } from '../../src/testing/memory-locks.ts'
import {
  createMemoryNavigation,
  type MemoryNavigation,
} from '../../src/testing/memory-navigation.ts'
import {
  createMemoryPageEvents,
  type MemoryPageEvents,
} from '../../src/testing/memory-page-events.ts'
import { createMemoryTabStorage } from '../../src/testing/memory-tab-storage.ts'
import { createMemoryTokenStore } from '../../src/adapters/memory-token-store.ts'
import {
  createTokenManager,
  type LockManager,
  type OpenChannel,
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
import { watchCrypto } from './crypto-at-rest.ts'

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
  readonly store: TokenStore & {
    reads: number
    updates: number
    /** Storage rejects whatever this is `true` for. */
    refuses: (operation: 'read' | 'update', durable: boolean) => boolean
    /** Nothing is read before this. */
    readsAfter: Promise<unknown>
  }
  readonly locks: LockManager
  readonly openChannel: OpenChannel
  /** The way to the server and the API; what it lets through is noted below. */
  readonly fetch: typeof globalThis.fetch
  /** What the authorization server was sent, oldest first. */
  readonly sent: readonly SentForm[]
  readonly api: {
    requests: { readonly token: string; readonly path: string }[]
    rejectsAll: boolean
    /** No answer before this. */
    answersAfter: Promise<unknown>
    /** What it answers in place of 200 and 401. */
    answers?: (token: string) => Response
  }
  /** Opens a tab; it shows `url`. */
  openTab(options?: Partial<TokenManagerOptions>, ports?: Partial<Ports>, url?: string): Tab
  /** Opens a tab and signs it in. */
  openSignedInTab(options?: Partial<TokenManagerOptions>, ports?: Partial<Ports>): Promise<Tab>
  /** Lets time pass in small steps, so that what one step sets off can finish before the next. */
  pass(ms: number): Promise<void>
  /** Lets time pass until `work` has settled, and fulfils as it does. Gives up after two minutes. */
  passUntil<T>(work: Promise<T>): Promise<T>
}

/** A form that an endpoint of the authorization server was sent. */
export interface SentForm {
  readonly url: string
  readonly at: number
  readonly parameters: URLSearchParams
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
    refuses: () => false,
    readsAfter: Promise.resolve(),
    async read(key) {
      store.reads += 1
      if (store.refuses('read', false)) throw new Error('storage refuses')
      await store.readsAfter
      return memory.read(key)
    },
    async update(key, change, how) {
      store.updates += 1
      if (store.refuses('update', how?.durable ?? false)) throw new Error('storage refuses')
      return memory.update(key, change, how)
    },
  }
  const sent: SentForm[] = []
  const api: Profile['api'] = {
    requests: [],
    rejectsAll: false,
    answersAfter: Promise.resolve(),
  }
  let tabs = 0

  async function fetch(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
    const url = input instanceof Request ? input.url : String(input)
    if (!url.startsWith('https://api.example/')) {
      const body = typeof init.body === 'string' ? init.body : ''
      sent.push({ url, at: clock.now(), parameters: new URLSearchParams(body) })
      return server.fetch(input, init)
    }
    const token = (new Headers(init.headers).get('authorization') ?? '').replace(/^\w+ /, '')
    api.requests.push({ token, path: new URL(url).pathname })
    await api.answersAfter
    if (api.answers) return api.answers(token)
    const isGood = !api.rejectsAll && server.accepts(token)
    return new Response(null, { status: isGood ? 200 : 401 })
  }

  function openTab(
    more: Partial<TokenManagerOptions> = {},
    ports: Partial<Ports> = {},
    url = 'https://app.example/start',
  ): Tab {
    tabs += 1
    const name = `tab-${tabs}`
    let ids = 0
    const page = createMemoryPageEvents()
    const navigation = createMemoryNavigation(url)
    const events: TokenManagerEvent[] = []
    const auth = createTokenManager(
      {
        authorizationServer: server.metadata,
        clientId: 'spa',
        resourceServers: [apiUrl],
        storage: store,
        refreshAhead: 'never',
        // A failure is to be seen at once; what patience makes of it has tests of its own.
        patienceMs: 0,
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
        tabStorage: createMemoryTabStorage(),
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

  async function pass(ms: number): Promise<void> {
    const stepMs = Math.max(50, ms / 200)
    for (let left = ms; left > 0; left -= stepMs) {
      clock.advance(Math.min(stepMs, left))
      await settle()
    }
  }

  return {
    clock,
    server,
    store,
    locks,
    openChannel,
    fetch,
    sent,
    api,
    openTab,
    async openSignedInTab(more, ports) {
      const tab = openTab(more, ports)
      await tab.auth.startSession(server.signIn())
      return tab
    },
    pass,
    async passUntil(work) {
      let settled = false
      const over = (): void => {
        settled = true
      }
      work.then(over, over)
      await settle()
      for (let passedMs = 0; !settled; passedMs += 50) {
        if (passedMs > 120_000) throw new Error('Nothing came of it in two minutes.')
        await pass(50)
      }
      return work
    },
  }
}

const cryptoAtRest = watchCrypto()

/** Lets everything run that is not waiting for time to pass. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    await cryptoAtRest()
    await new Promise((resolve) => setImmediate(resolve))
  }
}
