import type { AuthorizationServer } from 'oauth4webapi'
import { createMemoryTokenStore } from '../../src/adapters/memory-token-store.ts'
import type { TokenStore } from '../../src/core/ports.ts'
import {
  createAuthorizationCode,
  type AuthorizationCode,
  type RedeemedCode,
  type SignInOptions,
} from '../../src/oauth/authorization-code.ts'
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts'
import {
  clientId,
  createFetchDouble,
  issuer,
  json,
  metadata,
  signIdToken,
  type SentRequest,
} from './server-double.ts'

type CodeOptions = Parameters<typeof createAuthorizationCode>[0]
export type Answer = (request: SentRequest) => Response | Promise<Response>

export const redirectUri = 'https://app.example/callback'
export const plantedCode = 'code-secret'
export const tokens: {
  readonly access_token: string
  readonly token_type: string
  readonly refresh_token: string
} = { access_token: 'access-secret', token_type: 'Bearer', refresh_token: 'refresh-secret' }

export const server: AuthorizationServer = {
  ...metadata,
  authorization_endpoint: `${issuer}/authorize`,
  authorization_response_iss_parameter_supported: true,
}

export interface SignIn {
  /** What the authorization endpoint was given. */
  readonly parameters: URLSearchParams
  readonly state: string
  readonly nonce: string | undefined
  /** The address the server sends the browser back to. */
  callback(changes?: Readonly<Record<string, string | undefined>>): string
}

export function createCode(
  answer: Answer = () => json(200, tokens),
  changes: Partial<CodeOptions> = {},
): {
  readonly code: AuthorizationCode
  readonly sent: readonly SentRequest[]
  readonly clock: ManualClock
  readonly store: TokenStore
  begin(options?: SignInOptions): Promise<SignIn>
} {
  const clock = createManualClock()
  const store = createMemoryTokenStore()
  const { fetch, sent } = createFetchDouble(answer)
  const code = createAuthorizationCode({
    clientId,
    parameters: {},
    resourceServers: [],
    authorizationParameters: {},
    redirectUri,
    metadata: () => Promise.resolve(server),
    store,
    key: 'sign-in',
    clock,
    fetch,
    timeoutMs: 10_000,
    dpop: undefined,
    pageUrl: () => 'https://app.example/shop?item=1',
    ...changes,
  })
  return {
    code,
    sent,
    clock,
    store,
    async begin(options = {}) {
      const { searchParams } = new URL(await code.begin(options))
      const state = searchParams.get('state') ?? ''
      return {
        parameters: searchParams,
        state,
        nonce: searchParams.get('nonce') ?? undefined,
        callback: (more = {}) => withParameters({ code: plantedCode, state, iss: issuer, ...more }),
      }
    },
  }
}

/** One whole sign-in with `openid`, whose `id_token` has these claims changed. */
export async function signInWithClaims(
  changes: (signIn: SignIn) => Readonly<Record<string, unknown>>,
  options: SignInOptions = {},
  alg?: string,
): Promise<RedeemedCode | undefined> {
  let signIn: SignIn | undefined
  const { code, begin } = createCode(
    async () => {
      const own = signIn && { nonce: signIn.nonce, ...changes(signIn) }
      return json(200, { ...tokens, id_token: await signIdToken(own, alg) })
    },
    { parameters: { scope: 'openid offline_access' } },
  )
  signIn = await begin(options)
  return code.redeem(signIn.callback())
}

function withParameters(parameters: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(redirectUri)
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.append(name, value)
  }
  return url.href
}
