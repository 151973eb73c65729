import { openBroadcastChannel } from './adapters/broadcast-channel.ts'
import { createFallbackTokenStore } from './adapters/fallback-token-store.ts'
import { createIndexedDbTokenStore } from './adapters/indexeddb-token-store.ts'
import { createMemoryTokenStore } from './adapters/memory-token-store.ts'
import { createNavigation } from './adapters/navigation.ts'
import { createPageEvents } from './adapters/page-events.ts'
import { createRandom } from './adapters/random.ts'
import { createSystemClock } from './adapters/system-clock.ts'
import { createWebLocks } from './adapters/web-locks.ts'
import { createAccessTokens } from './core/access-tokens.ts'
import { SignInError, disposedError } from './core/errors.ts'
import { defined } from './core/defined.ts'
import type { Report, TokenManagerEvent } from './core/events.ts'
import { createPage } from './core/page.ts'
import type {
  Clock,
  LockManager,
  Navigation,
  OpenChannel,
  PageEvents,
  PeerChannel,
  Random,
  TokenStore,
} from './core/ports.ts'
import { createPeers } from './core/peers.ts'
import { createRecordKeeper } from './core/record-keeper.ts'
import { createRefreshSchedule } from './core/refresh-schedule.ts'
import { createRotation } from './core/rotation.ts'
import { createSessionLifecycle } from './core/session-lifecycle.ts'
import { createSessionView } from './core/session-view.ts'
import { createSingleFlight, type SingleFlight } from './core/single-flight.ts'
import { atMost } from './core/until.ts'
import { createAuthorizationHeaders, createAuthorizedFetch } from './http/authorized-fetch.ts'
import { parseResourceServers } from './http/resource-servers.ts'
import { createAuthorizationCode } from './oauth/authorization-code.ts'
import { cleanCallbackUrl } from './oauth/callback.ts'
import { createAuthorizationServer } from './oauth/authorization-server.ts'
import { endSessionUrl } from './oauth/end-session.ts'
import { checkHandedOverIdToken } from './oauth/id-token.ts'
import { createTokenEndpoint } from './oauth/refresh-token-grant.ts'
import { parseTokenEndpointResponse } from './oauth/token-response.ts'
import { createAbsentTokenManager } from './absent-token-manager.ts'
import { parseOptions, type TokenManagerOptions } from './options.ts'
import type { TokenManager } from './token-manager-api.ts'

/** Platform parts, each of which may be replaced: for tests, and for runtimes other than a page. */
export interface Ports {
  readonly clock: Clock
  readonly locks: LockManager
  readonly openChannel: OpenChannel
  readonly pageEvents: PageEvents
  readonly navigation: Navigation
  readonly random: Random
}

/** Storage that has said nothing for this long is given up, and the session kept in memory. */
const storageWaitMs = 2_000
/** How long a sign-out waits for the server, in all. */
const signOutWaitMs = 3_000

/**
 * Creates the manager of one session. It begins to read the stored session at once and asks the
 * network for nothing until a token is wanted.
 *
 * @param options Which server, which client, which resource servers.
 * @param ports Platform parts to replace.
 *
 * @throws {TypeError} An option is wrong; the message names it and the rule.
 *
 * @example
 *
 * ```ts
 * import { createTokenManager } from 'tokenring'
 *
 * const auth = createTokenManager({
 *   authorizationServer: 'https://login.example.com',
 *   clientId: 'spa',
 *   scope: 'openid offline_access orders:read',
 *   redirectUri: 'https://app.example.com/callback',
 *   resourceServers: ['https://api.example.com/v2/'],
 * })
 * ```
 */
export function createTokenManager(
  options: TokenManagerOptions,
  ports: Partial<Ports> = {},
): TokenManager {
  const settings = parseOptions(options)
  if (typeof window === 'undefined' && !ports.navigation) return createAbsentTokenManager()

  const { clientId, dpop, fetch, leewayMs, parameters, tokenRequestTimeoutMs: timeoutMs } = settings
  const clock = ports.clock ?? createSystemClock()
  const random = ports.random ?? createRandom()
  const navigation = ports.navigation ?? createNavigation()
  const pageUrl = (): string => navigation.currentUrl()
  const resourceServers = parseResourceServers(settings.resourceServers, pageUrl())
  const name = [settings.issuer, clientId, settings.sessionName].map(encodeURIComponent).join(' ')
  const tab = random.id()
  const disposal = new AbortController()

  const observers = new Set<(event: TokenManagerEvent) => void>()
  const report: Report = (event) => {
    for (const observer of observers) call(() => observer({ ...event, at: clock.now() }))
  }

  const { storage } = settings
  const isPerTab = storage === 'memory'
  // A sign-in leaves the page, so what it has to remember cannot be kept in the page's memory.
  const lasting = typeof storage === 'object' ? storage : createIndexedDbTokenStore()
  const store = createSessionStore()
  const keeper = createRecordKeeper({
    store,
    key: `session ${name}`,
    report,
    onCaughtUp: (record) => announce(record, record.session ? 'committed' : 'ended'),
  })

  const server = createAuthorizationServer({
    ...settings,
    store,
    clock,
    random,
    timeoutMs,
    pageUrl,
  })
  const { metadata } = server
  const endpoint = createTokenEndpoint({ ...settings, metadata, clock, timeoutMs })
  const code = createAuthorizationCode({
    ...settings,
    metadata,
    store: lasting,
    storageWaitMs,
    key: `sign-in ${name}`,
    clock,
    timeoutMs,
    pageUrl,
  })

  const page = createPage(ports.pageEvents ?? createPageEvents(), clock)
  const peers = createPeers({
    openChannel: isPerTab ? () => nobody : (ports.openChannel ?? openBroadcastChannel),
    name: `tokenring ${name}`,
    page,
    report,
    onAnnouncement: lookAgain,
  })
  const { announce } = peers
  const lifecycle = createSessionLifecycle({ keeper, clock, random, report, announce })
  const tokens = createAccessTokens({
    keeper,
    flight: () => flight,
    clock,
    defaults: parameters,
    leewayMs,
  })
  const rotate = createRotation({
    keeper,
    endpoint,
    locks: isPerTab ? uncontended : (ports.locks ?? createWebLocks()),
    lockName: `tokenring ${name}`,
    clock,
    random,
    tab,
    page,
    report,
    announce,
    parametersOf: tokens.parametersOf,
    tokenRequestTimeoutMs: timeoutMs,
    disposal: disposal.signal,
  })
  const flight: SingleFlight = createSingleFlight(rotate)
  const view = createSessionView({ keeper, clock, tab, page, report, call })
  const schedule = createRefreshSchedule({
    ...settings,
    keeper,
    tokens,
    clock,
    random,
    page,
  })
  const http = { source: tokens, resourceServers, fetch, pageUrl, report, proof: dpop }

  const ready = tokens.ready.then(() => view.getState())
  let redirect: Promise<{ readonly returnTo: string } | undefined> | undefined

  const stopArming = keeper.onSeen(schedule.arm)
  const stopWatching = page.subscribe((event) => {
    if (event !== 'hide') lookAgain()
  })

  /** Something may have happened that this tab was not told of. */
  function lookAgain(): void {
    tokens.distrust()
    tokens
      .look()
      .catch(() => undefined)
      .finally(() => {
        schedule.arm()
        view.update()
      })
  }

  /** For the session and the server's metadata. */
  function createSessionStore(): TokenStore {
    if (isPerTab) return createMemoryTokenStore()
    if (typeof storage === 'object') return storage
    return createFallbackTokenStore(lasting, {
      clock,
      waitMs: storageWaitMs,
      onFallback: (cause) => report({ type: 'storage-unavailable', cause }),
    })
  }

  async function finishSignIn(url: string): Promise<{ readonly returnTo: string } | undefined> {
    const redeemed = await code.redeem(url)
    await ready
    if (redeemed) {
      await lifecycle.start(redeemed)
      return { returnTo: redeemed.returnTo }
    }
    if (view.getState().status === 'signed-in') return undefined
    throw new SignInError(
      'NO_TRANSACTION',
      'This callback does not answer a sign-in that this browser has begun and not finished: sign in again.',
    )
  }

  function refuseDisposed(): void {
    if (disposal.signal.aborted) throw disposedError()
  }

  return {
    ready,
    getState: view.getState,
    subscribe: view.subscribe,
    observe(listener) {
      const observer = (event: TokenManagerEvent): void => listener(event)
      observers.add(observer)
      return () => observers.delete(observer)
    },

    async getAccessToken({ scope, resource, audience, minValidityMs, rejected, signal } = {}) {
      const isPlain = scope === undefined && resource === undefined && audience === undefined
      const { accessToken } = await tokens.obtain({
        parameters: isPlain ? undefined : defined({ scope, resource, audience }),
        minValidityMs,
        rejected:
          rejected === undefined ? undefined : { accessToken: rejected, resourceServer: '' },
        signal,
      })
      return accessToken
    },
    getAuthorizationHeaders: createAuthorizationHeaders(http),
    fetch: createAuthorizedFetch(http),
    refresh: ({ signal } = {}) => tokens.refresh(signal),

    async startSession(response, { scope, receivedAt, nonce, ifSignedOut } = {}) {
      refuseDisposed()
      const reply = parseTokenEndpointResponse(response)
      const wrong = reply.claims && checkHandedOverIdToken(reply.claims, { ...settings, nonce })
      if (wrong) {
        throw new SignInError(
          'RESPONSE_INVALID',
          `The id_token has another ${wrong}: it is not for this client.`,
        )
      }
      const senderKey = await dpop?.createKeyPair()
      await ready
      await lifecycle.start({ reply, scope, receivedAt, nonce, ifSignedOut, senderKey })
    },

    async signIn(wanted = {}) {
      refuseDisposed()
      navigation.leaveFor(await code.begin(wanted))
      return new Promise<never>(() => {})
    },

    async handleRedirect(url) {
      refuseDisposed()
      const current = navigation.currentUrl()
      const callback = url === undefined ? current : new URL(url, current).href
      if (redirect) return redirect
      if (!code.isCallback(callback)) {
        await ready
        return undefined
      }
      // Before anything else: what the address bar shows can be read and sent on by other scripts.
      if (code.isCallback(current)) navigation.replaceUrl(cleanCallbackUrl(current))
      redirect = finishSignIn(callback).finally(() => {
        redirect = undefined
      })
      return redirect
    },

    async signOut({ revoke = true, endSession = true } = {}) {
      refuseDisposed()
      const session = await lifecycle.signOut()
      const refreshToken = session?.refreshToken
      const until = clock.monotonic() + signOutWaitMs
      const bounded = <T>(work: Promise<T>): Promise<T | undefined> =>
        atMost(clock, until - clock.monotonic(), work)
      if (revoke && refreshToken !== undefined) await bounded(endpoint.revoke(refreshToken))
      if (!endSession || !settings.postLogoutRedirectUri) return
      const address = endSessionUrl({
        ...settings,
        metadata: await bounded(metadata().catch(() => undefined)),
        idToken: session?.idToken,
      })
      if (address) navigation.leaveFor(address)
    },

    dispose() {
      if (disposal.signal.aborted) return
      stopArming()
      stopWatching()
      tokens.dispose()
      schedule.dispose()
      view.dispose()
      observers.clear()
      disposal.abort()
      // A rotation that runs still needs the page, for its lock, and the channel, for its result.
      void flight.idle().then(() => {
        page.dispose()
        peers.dispose()
      })
    },
  }
}

/** The other tabs, for a session that only this one knows of. */
const nobody: PeerChannel = { post() {}, close() {} }

/** Such a session is never contended for. */
const uncontended: LockManager = {
  request: () => ({ granted: Promise.resolve(true), isHeld: () => true, release() {} }),
}

/** Calls a listener of the app. What it throws is the app's to see, and stops nothing here. */
function call(listener: () => void): void {
  try {
    listener()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
