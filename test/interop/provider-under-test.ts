import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ProviderContext } from 'oidc-provider'
import { createAuthorizationServerStore } from '../../demo/authorization-server-store.ts'
import { listen, type Listener } from '../../demo/http.ts'
import { Provider } from '../../demo/quiet-oidc-provider.ts'
import { createApi, type Api } from './api-under-test.ts'
import { clientId, providerConfiguration, type ProviderSetup } from './provider-configuration.ts'

export interface ProviderUnderTest {
  readonly origin: string
  readonly issuer: string
  readonly userinfo: string
  readonly introspection: string
  readonly api: Api
  /** What happened at it. */
  readonly counts: {
    readonly discoveries: number
    readonly codeGrants: number
    readonly refreshGrants: number
    /** Grants of any kind that were refused. */
    readonly refused: readonly string[]
    readonly revocations: number
  }
  /** Sign-ins whose refresh token is neither spent nor revoked. */
  liveSessions(): number
  /** Lets an opaque access token be worth nothing; the refresh token stays what it was. */
  forget(accessToken: string): Promise<void>
  /** Whether it is what runs now. */
  isServing(): boolean
  close(): Promise<void>
}

/** A real oidc-provider on loopback, where the user `ada` signs in and agrees without being asked. */
export async function startProvider(setup: ProviderSetup = {}): Promise<ProviderUnderTest> {
  const listener: Listener = await listen(0)
  const { origin } = listener
  const { path = '' } = setup
  const mount = path.replace(/\/$/, '')
  const issuer = `${origin}${path}`
  const refused: string[] = []
  const counts = { discoveries: 0, codeGrants: 0, refreshGrants: 0, refused, revocations: 0 }
  const store = createAuthorizationServerStore({ graceMs: () => 0, onReuse() {} })
  const introspection = `${origin}${mount}/token/introspection`
  const api = createApi(
    { origin, issuer, jwks: `${origin}${mount}/jwks`, introspection },
    setup.api,
  )

  const provider = new Provider(issuer, {
    ...providerConfiguration(setup),
    adapter: store.adapter,
    async loadExistingGrant({ oidc }: ProviderContext) {
      const { accountId } = oidc.session
      const granted = oidc.session.grantIdFor(oidc.client.clientId)
      const grant =
        (granted && (await provider.Grant.find(granted))) ||
        new provider.Grant({ accountId, clientId: oidc.client.clientId })
      const scope = [...oidc.requestParamScopes].join(' ')
      grant.addOIDCScope(scope)
      for (const resource of api.resources) grant.addResourceScope(resource, scope)
      await grant.save()
      return grant
    },
  })
  provider.use(async (context, next) => {
    if (context.path.startsWith('/.well-known/')) counts.discoveries += 1
    if (context.path === '/token/revocation') counts.revocations += 1
    await next()
    const isTokens = context.path === '/token' && context.status === 200
    if (isTokens && setup.alterReply) {
      context.body = setup.alterReply(
        context.body as Record<string, unknown>,
        context.oidc.params?.['grant_type'] === 'refresh_token',
      )
    }
  })
  provider.on('grant.success', ({ oidc }) => {
    const isRefresh = oidc.params?.['grant_type'] === 'refresh_token'
    counts[isRefresh ? 'refreshGrants' : 'codeGrants'] += 1
  })
  provider.on('grant.error', (_context, error) => {
    refused.push(error.message)
  })

  const serving = new AsyncLocalStorage<true>()
  const serve = provider.callback()
  async function login(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const result = setup.isDenied
      ? { error: 'access_denied', error_description: 'no, thank you' }
      : { login: { accountId: 'ada', ...setup.login }, consent: {} }
    await provider.interactionFinished(request, response, result)
  }
  function handle(request: IncomingMessage, response: ServerResponse): unknown {
    const { url = '/' } = request
    if (url.startsWith('/api/')) return api.handle(request, response)
    if (url.startsWith('/login/')) return login(request, response)
    if (!url.startsWith(mount) || setup.hides?.(url)) return response.writeHead(404).end()
    // As a framework does that mounts it below a path.
    if (mount) Object.assign(request, { originalUrl: url, url: url.slice(mount.length) || '/' })
    return serve(request, response)
  }
  listener.handle = (request, response) => {
    serving.run(true, handle, request, response)
  }

  return {
    origin,
    issuer,
    userinfo: `${origin}${mount}/me`,
    introspection,
    api,
    counts,
    liveSessions: () => store.liveSessions(clientId),
    forget: (accessToken) => store.adapter('AccessToken').destroy(accessToken),
    isServing: () => serving.getStore() === true,
    close: () => listener.close(),
  }
}
