import type { AuthorizationServer } from 'oauth4webapi'
import { createMemoryTokenStore } from '../../src/adapters/memory-token-store.ts'
import { createMemoryTabStorage } from '../../src/testing/memory-tab-storage.ts'
import type { TokenStore } from '../../src/core/ports.ts'
import {
  createAuthorizationCode,
  type AuthorizationCode,
} from '../../src/oauth/authorization-code.ts'
import type { SignInOptions } from '../../src/oauth/authorization-request.ts'
import type { RedeemedCode } from '../../src/oauth/code-redemption.ts'
import { isTransaction } from '../../src/oauth/sign-in-transactions.ts'
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

/** What a page does with an address, step by step. */
export interface TestedCode extends Pick<AuthorizationCode, 'begin' | 'read' | 'tab'> {
  /** `undefined` if there is no such sign-in, or it is over. */
  redeem(url: string, check?: () => void): Promise<RedeemedCode | undefined>
}

export const mark = '0000001-0000001.'
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
  readonly code: TestedCode
  readonly sent: readonly SentRequest[]
  readonly clock: ManualClock
  readonly store: TokenStore
  begin(options?: SignInOptions): Promise<SignIn>
} {
  const clock = createManualClock()
  const store = createMemoryTokenStore()
  const { fetch, sent } = createFetchDouble(answer)
  const real = createAuthorizationCode({
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
    mark,
    tabStorage: createMemoryTabStorage(),
    sharedCallback: { see() {}, isWithoutIssuer() {} },
    disposal: new AbortController().signal,
    ...changes,
  })
  const code: TestedCode = {
    ...real,
    async redeem(url, check = () => {}) {
      const callback = real.read(url)
      const known = callback && (await real.take(callback.state))
      return callback && isTransaction(known) ? real.redeem(callback, known, check) : undefined
    },
  }
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

/** Lets time pass until `work` has settled, and fulfils as it does. */
export async function passUntil<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let isOver = false
  const over = (): void => {
    isOver = true
  }
  work.then(over, over)
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve))
    if (!isOver) clock.advance(100)
  }
  return work
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
