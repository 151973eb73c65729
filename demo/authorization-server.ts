import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import { demoUsers, errorPage, loginPage } from './authorization-server-pages.ts'
import { createProvider } from './authorization-server-provider.ts'
import { createAuthorizationServerStore } from './authorization-server-store.ts'
import { readBody, sendHtml, serveCountersAndControls } from './http.ts'
import type { Controls } from './http.ts'
import { applyFault } from './token-endpoint-faults.ts'
import type { TokenEndpointFault } from './token-endpoint-faults.ts'

export interface AuthorizationServerOptions {
  readonly issuer: string
  /** The origin whose pages may use it; the client's addresses are in it. */
  readonly pageOrigin: string
  readonly clientId: string
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  /** Audience of the access tokens, and the resource they are for if a request names none. */
  readonly audience: string
  /** What a client may ask for at that resource. */
  readonly resourceScope: string
  readonly accessTokenTtlSeconds: number
  /** For so long a spent refresh token is accepted again (and rotated again). Default: 0. */
  readonly refreshTokenGraceMs?: number
  /** Whether the switches are served at `POST /demo/<name>`. */
  readonly controls: boolean
}

export interface AuthorizationServerCounters {
  /** Requests that reached the token endpoint, also those that it then misbehaved to. */
  readonly tokenRequests: number
  readonly codeGrants: number
  readonly refreshGrants: number
  readonly refreshRefused: number
  /** Spent refresh tokens that were presented. */
  readonly replays: number
  readonly revocations: number
  readonly discoveries: number
  /** Refresh tokens that are neither spent nor revoked. */
  readonly sessions: number
}

export interface AuthorizationServer {
  readonly handle: RequestListener
  counters(): AuthorizationServerCounters
  resetCounters(): void
  /** For tokens issued from now on. */
  setAccessTokenTtl(seconds: number): void
  /** Spoils the token endpoint; `undefined` mends it. */
  misbehave(fault: TokenEndpointFault | undefined): void
  /** Ends the sessions of a user, or of all: the next refresh is refused. */
  revokeGrants(user?: string): void
  /** Revokes the access tokens that a user, or everybody, has by now. Their sessions go on. */
  revokeAccessTokens(user?: string): void
  isAccessTokenRevoked(jti: string): boolean
}

const nothingCounted = {
  tokenRequests: 0,
  codeGrants: 0,
  refreshGrants: 0,
  refreshRefused: 0,
  replays: 0,
  revocations: 0,
  discoveries: 0,
}

/**
 * The certified oidc-provider for one public client: authorization code with PKCE, refresh token
 * rotation, and the end of the whole grant when a spent refresh token comes back.
 */
export function createAuthorizationServer(
  options: AuthorizationServerOptions,
): AuthorizationServer {
  const { pageOrigin } = options
  const counted = { ...nothingCounted }
  const issued = new Map<string, { readonly user: string; revoked: boolean }>()
  let accessTokenTtlSeconds = options.accessTokenTtlSeconds
  let fault: TokenEndpointFault | undefined
  let faultsLeft = 0

  const store = createAuthorizationServerStore(options.refreshTokenGraceMs ?? 0, () => {
    counted.replays += 1
  })
  const provider = createProvider(options, store.adapter, () => accessTokenTtlSeconds)

  provider.use(async (context, next) => {
    if (context.path.startsWith('/.well-known/')) counted.discoveries += 1
    if (context.method === 'POST' && context.path === '/token/revocation') counted.revocations += 1
    if (context.method !== 'POST' || context.path !== '/token') return next()
    counted.tokenRequests += 1
    const present = takeFault()
    if (present?.when === 'before') {
      const verdict = await applyFault(present, context, pageOrigin)
      if (verdict === 'answered') return undefined
    }
    await next()
    if (present?.when === 'after') await applyFault(present, context, pageOrigin)
  })
  provider.on('grant.success', ({ oidc }) => {
    if (oidc.params?.['grant_type'] === 'refresh_token') counted.refreshGrants += 1
    else counted.codeGrants += 1
  })
  provider.on('grant.error', ({ oidc }) => {
    if (oidc.params?.['grant_type'] !== 'refresh_token') return
    counted.refreshRefused += 1
    if (store.wasSpent(oidc.params['refresh_token'] ?? '')) counted.replays += 1
  })
  provider.on('access_token.issued', ({ jti, accountId }) => {
    issued.set(jti, { user: accountId, revoked: false })
  })
  provider.on('server_error', (_context, error) => {
    process.stderr.write(`authorization server: ${error.stack ?? error.message}\n`)
  })

  function takeFault(): TokenEndpointFault | undefined {
    if (faultsLeft < 1) return undefined
    faultsLeft -= 1
    return fault
  }

  const server: AuthorizationServer = {
    handle(request, response) {
      serve(request, response).catch((error: unknown) => {
        sendHtml(response, 400, errorPage({ error: String(error) }))
      })
    },
    counters: () => ({ ...counted, sessions: store.liveRefreshTokens() }),
    resetCounters() {
      Object.assign(counted, nothingCounted)
    },
    setAccessTokenTtl(seconds) {
      accessTokenTtlSeconds = seconds
    },
    misbehave(next) {
      fault = next
      faultsLeft = next ? (next.times ?? Infinity) : 0
    },
    revokeGrants: (user) => store.revokeGrants(user),
    revokeAccessTokens(user) {
      for (const token of issued.values()) {
        token.revoked ||= user === undefined || token.user === user
      }
    },
    isAccessTokenRevoked: (jti) => issued.get(jti)?.revoked ?? false,
  }
  const controls = options.controls ? controlsOf(server) : undefined
  // Made last, because it takes the steps that are there by now.
  const serveProvider = provider.callback()

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const own = { origin: pageOrigin, counters: server.counters, controls }
    if (await serveCountersAndControls(request, response, own)) return
    if (request.url?.startsWith('/login/')) await serveLogin(provider, request, response)
    else serveProvider(request, response)
  }

  return server
}

function controlsOf(server: AuthorizationServer): Controls {
  const userOf = ({ user }: Record<string, unknown>): string | undefined =>
    typeof user === 'string' ? user : undefined
  return {
    'reset-counters': () => server.resetCounters(),
    'access-token-ttl': ({ seconds }) => server.setAccessTokenTtl(Number(seconds)),
    // Whoever may turn the switches may also turn them wrongly.
    misbehave: (input) => server.misbehave(input as unknown as TokenEndpointFault),
    behave: () => server.misbehave(undefined),
    'revoke-grants': (input) => server.revokeGrants(userOf(input)),
    'revoke-access-tokens': (input) => server.revokeAccessTokens(userOf(input)),
  }
}

async function serveLogin(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response)
  if (request.method !== 'POST') {
    sendHtml(response, 200, loginPage(String(params['scope'])))
    return
  }
  const chosen = new URLSearchParams(await readBody(request)).get('user')
  const user = demoUsers.find(({ id }) => id === chosen)
  const result = user
    ? { login: { accountId: user.id }, consent: {} }
    : { error: 'access_denied', error_description: 'The user went back.' }
  await provider.interactionFinished(request, response, result)
}
