import { createAccessTokens } from '../core/session/access-tokens.ts'
import { disposedError } from '../core/errors.ts'
import { createPage } from '../core/page.ts'
import { createPeers } from '../core/peers.ts'
import { createRecordKeeper } from '../core/record/record-keeper.ts'
import { createRefreshSchedule } from '../core/session/refresh-schedule.ts'
import type { Accepts } from '../core/rotation/refresh-plan.ts'
import { createRotation } from '../core/rotation/rotation.ts'
import { createSessionLifecycle } from '../core/session/session-lifecycle.ts'
import { createSessionView } from '../core/session/session-view.ts'
import { createSingleFlight } from '../core/rotation/single-flight.ts'
import { createAuthorizationHeaders } from '../http/authorization-headers.ts'
import { createAuthorizedFetch } from '../http/authorized-fetch.ts'
import { parseResourceServers } from '../http/resource-servers.ts'
import { createAuthorizationCode } from '../oauth/authorization-code.ts'
import { createDiscovery } from '../oauth/discovery.ts'
import { createSharedCallback } from '../oauth/shared-callback.ts'
import { stateMark } from '../oauth/state-mark.ts'
import { createTokenEndpoint } from '../oauth/token-endpoint.ts'
import { createAbsentTokenManager } from './absent-token-manager.ts'
import { checked, headersRules, refreshRules } from './call-options.ts'
import { call, createObservers } from './observers.ts'
import type { TokenManagerOptions } from './token-manager-options.ts'
import { parseOptions, resolveUri } from './parse-options.ts'
import { createGetAccessToken } from './get-access-token.ts'
import { createHandleRedirect } from './handle-redirect.ts'
import { createPorts, createStores, ownBaseOf, type Ports } from './platform.ts'
import { createSignIn } from './sign-in.ts'
import { createSignOut } from './sign-out.ts'
import { createStartSession } from './start-session.ts'
import type { TokenManager } from './token-manager-api.ts'

export type { Ports }

/**
 * Creates the manager of one session. It begins to read the stored session at once. By itself it asks
 * the authorization server for nothing before a token is wanted, or due (`refreshAhead: 'visible'`), or
 * an idle session has ended (`idle`).
 *
 * @param options Which server, which client, which resource servers.
 * @param replaced Platform parts to replace.
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
  replaced: Partial<Ports> = {},
): TokenManager {
  const settings = parseOptions(options)
  if (typeof window === 'undefined' && !replaced.navigation) return createAbsentTokenManager()

  const { clientId, storage, tokenRequestTimeoutMs: timeoutMs } = settings
  const ports = createPorts(replaced, storage === 'memory')
  const { clock, random, navigation } = ports
  const pageUrl = (): string => navigation.currentUrl()
  const redirectUri = resolveUri('redirectUri', settings.redirectUri, pageUrl())
  const postLogoutRedirectUri = resolveUri(
    'postLogoutRedirectUri',
    settings.postLogoutRedirectUri,
    pageUrl(),
  )
  const dpop = settings.dpop?.boundedBy(clock)
  const accepts: Accepts = (tokenType, senderKey) =>
    !dpop || (tokenType === 'DPoP' && dpop.isKeyPair(senderKey))
  const optionsBase = ownBaseOf(navigation)
  const resourceServers = parseResourceServers(settings.resourceServers, optionsBase)
  const name = [settings.issuer, clientId, settings.sessionName].map(encodeURIComponent).join(' ')
  const recordKey = `session ${name}`
  const channelName = `tokenring ${name}`
  const tab = random.id()
  const disposal = new AbortController()

  const news = new EventTarget()
  const observers = createObservers(clock)
  const { report } = observers
  const page = createPage(ports.pageEvents, clock)
  const peers = createPeers({
    ...ports,
    name: channelName,
    page,
    report,
    onAnnouncement({ letter }) {
      // In a pause nobody waits for letters, but what one brings may end it.
      const isOfUse = letter === undefined || mail?.isAwaited(letter) || keeper.seen()?.failure
      if (isOfUse) void lookAgain()
      news.dispatchEvent(new Event('news'))
    },
  })
  const { announce } = peers
  const announceAll = (): void => announce(keeper.seen()?.generation ?? 0)
  const stores = createStores(storage, clock, {
    disposal: disposal.signal,
    onFallback: (cause) => report({ type: 'storage-unavailable', cause }),
    onReturn() {
      report({ type: 'storage-available' })
      // What was kept in memory is written by this look, and news to the other tabs.
      lookAgain().then(announceAll, () => undefined)
    },
  })
  const keeper = createRecordKeeper({
    store: stores.session,
    key: recordKey,
    report,
    onNews(record, before) {
      announce(record.generation)
      view.noteWritten(record, before)
      idle?.onNews(record, before)
    },
    overdue: (record) => idle?.overdue(record),
  })
  /** What most parts share. */
  const shared = {
    ...settings,
    ...ports,
    redirectUri,
    postLogoutRedirectUri,
    timeoutMs,
    pageUrl,
    optionsBase,
    accepts,
    dpop,
    tab,
    page,
    keeper,
    report,
    noteAnswer: page.noteAnswer,
    disposal: disposal.signal,
  }

  const metadata = createDiscovery({ ...shared, store: stores.session })
  const endpoint = createTokenEndpoint({ ...shared, metadata })
  const signInKey = `sign-in ${name}`
  const mark = stateMark(settings.issuer, clientId, settings.sessionName)
  const sharedCallback = createSharedCallback({ ...shared, mark, key: signInKey })
  const idle = settings.idle?.watch({ ...shared, call, revoke: endpoint.revoke })
  const code = createAuthorizationCode({
    ...shared,
    metadata,
    mark,
    sharedCallback,
    store: stores.lasting,
    key: signInKey,
  })

  const lifecycle = createSessionLifecycle(shared)
  const mail = settings.courier?.createMail({ ...shared, recordKey, channelName })
  const rotate = createRotation({ ...shared, mail, endpoint, lockName: `tokenring ${name}` })
  const flight = createSingleFlight(rotate)
  const tokens = createAccessTokens({ ...shared, flight })
  const view = createSessionView({ ...shared, call })
  const schedule = createRefreshSchedule({ ...shared, tokens })
  const ready = tokens.ready.then(view.getState)
  const signIn = createSignIn({ ...shared, code, news, key: `unasked sign-ins ${name}` })
  const handleRedirect = createHandleRedirect({
    ...shared,
    code,
    lifecycle,
    ready,
    getState: view.getState,
    sharedCallback,
    announce: announceAll,
    revoke: endpoint.revoke,
  })
  const startSession = createStartSession({ ...shared, lifecycle, ready })
  const signOut = createSignOut({ ...shared, lifecycle, endpoint, metadata })
  const http = {
    ...shared,
    source: tokens,
    resourceServers,
    baseUrl: () => navigation.baseUrl(),
    proof: dpop,
  }

  const authorizationHeaders = createAuthorizationHeaders(http)

  const stopArming = keeper.onSeen(schedule.arm)
  const stopWatching = page.subscribe((event) => {
    if (event !== 'hide') void lookAgain()
  })

  let lastLook: Promise<unknown> | undefined

  /** Something may have happened that this tab was not told of. */
  function lookAgain(): Promise<unknown> {
    const look = tokens.lookAgain()
    // A flood of messages shares one look, and what follows from it.
    if (look === lastLook) return look
    lastLook = look
    look
      .catch(() => undefined)
      .finally(() => {
        schedule.arm()
        view.update()
      })
    return look
  }

  /** After `dispose()` every method rejects. */
  function whileAlive<Arguments extends unknown[], Result>(
    method: (...given: Arguments) => Promise<Result>,
  ): (...given: Arguments) => Promise<Result> {
    return async (...given) => {
      if (disposal.signal.aborted) throw disposedError()
      return method(...given)
    }
  }

  return {
    ready,
    getState: view.getState,
    subscribe: view.subscribe,
    observe: observers.observe,

    getAccessToken: createGetAccessToken(tokens),
    getAuthorizationHeaders: async (url, wanted) =>
      authorizationHeaders(url, checked(wanted, headersRules)),
    fetch: createAuthorizedFetch(http),
    refresh: async (wanted) => tokens.refresh(checked(wanted, refreshRules).signal),

    startSession: whileAlive(startSession),
    signIn,
    handleRedirect: whileAlive(handleRedirect),
    signOut: whileAlive(signOut),

    dispose() {
      if (disposal.signal.aborted) return
      stopArming()
      stopWatching()
      tokens.dispose()
      schedule.dispose()
      view.dispose()
      idle?.dispose()
      observers.dispose()
      disposal.abort()
      // A rotation that runs still needs the page, for its lock, and the channel, for its result.
      // So does a sign-out that is being written.
      void flight
        .idle()
        .then(keeper.settled)
        .then(() => {
          page.dispose()
          peers.dispose()
        })
    },
  }
}
