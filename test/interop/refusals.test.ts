import { describe, expect, it } from 'vitest'
import { dpop, type TokenManagerOptions } from '../../src/index.ts'
import { redirectUri, type ProviderSetup } from './provider-configuration.ts'
import { setUp, type AppOptions, type InteropStage } from './stage.ts'

const minuteMs = 60_000

/** What becomes of a sign-in whose callback is altered on its way. */
async function finish(
  stage: InteropStage,
  alter: (callback: URL) => void = () => {},
): Promise<unknown> {
  const callback = new URL(await stage.user.follow(await stage.leave(stage.openTab()), redirectUri))
  alter(callback)
  return stage.openTab(callback.href).auth.handleRedirect()
}

interface Refusal {
  readonly what: string
  readonly provider?: ProviderSetup
  readonly app?: AppOptions
  readonly clockErrorMs?: number
  readonly alter?: (callback: URL) => void
  readonly error: object
  /** Default: none, because nothing was redeemed. */
  readonly codeGrants?: number
}

const withDpop: AppOptions = (): Partial<TokenManagerOptions> => ({ dpop: dpop() })

const refusals: readonly Refusal[] = [
  {
    what: 'an answer that names another issuer',
    alter: ({ searchParams }) => searchParams.set('iss', 'https://evil.example'),
    error: { name: 'SignInError', code: 'RESPONSE_INVALID' },
  },
  {
    what: 'an answer that names no issuer, from a provider that always does',
    alter: ({ searchParams }) => searchParams.delete('iss'),
    error: { name: 'SignInError', code: 'RESPONSE_INVALID' },
  },
  {
    what: 'an answer to a sign-in of somebody else',
    // By the same app, in another browser.
    alter({ searchParams }) {
      const [mark = ''] = (searchParams.get('state') ?? '').split('.')
      searchParams.set('state', `${mark}.of-somebody-else`)
    },
    error: { name: 'SignInError', code: 'NO_TRANSACTION' },
  },
  {
    what: 'a code that was made up',
    alter: ({ searchParams }) => searchParams.set('code', 'made-up'),
    error: { name: 'SignInError', code: 'RESPONSE_INVALID', oauth: { error: 'invalid_grant' } },
  },
  {
    what: 'a user who says no',
    provider: { isDenied: true },
    error: { name: 'SignInError', code: 'DENIED', oauth: { error: 'access_denied' } },
  },
  {
    what: 'prompt=none where nobody is signed in',
    app: () => ({ authorizationParameters: { prompt: 'none' } }),
    error: { name: 'SignInError', code: 'INTERACTION_REQUIRED' },
  },
  {
    what: 'a provider that wants every authorization request pushed to it',
    provider: {
      features: {
        pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
      },
    },
    error: {
      name: 'ConfigurationError',
      code: 'CLIENT_REJECTED',
      oauth: { error_description: expect.stringContaining('Pushed Authorization Request') },
    },
  },
  {
    what: 'an issuer without the slash that it ends in',
    provider: { path: '/tenants/7/' },
    app: ({ issuer }) => ({ authorizationServer: issuer.slice(0, -1) }),
    error: {
      name: 'ConfigurationError',
      code: 'METADATA_INVALID',
      message: expect.stringMatching(
        /tenants\/7 is not the one its metadata name: .*tenants\/7\/\./,
      ),
    },
  },
  {
    what: 'bearer tokens from a provider that was asked for bound ones',
    provider: { features: { dPoP: { enabled: false } } },
    app: withDpop,
    codeGrants: 1,
    error: {
      name: 'SignInError',
      code: 'RESPONSE_INVALID',
      message: expect.stringContaining('token_type is Bearer'),
    },
  },
  {
    what: 'a client whose tokens have to be bound, in an app that binds none',
    provider: { client: { dpop_bound_access_tokens: true } },
    error: {
      name: 'SignInError',
      code: 'RESPONSE_INVALID',
      oauth: { error: 'invalid_grant' },
    },
  },
  ...[-10, 10].map((minutes): Refusal => ({
    what: `proofs of a clock that is wrong by ${minutes} minutes, where no nonce is offered`,
    clockErrorMs: minutes * minuteMs,
    app: withDpop,
    error: {
      name: 'SignInError',
      code: 'RESPONSE_INVALID',
      oauth: { error: 'invalid_dpop_proof' },
    },
  })),
]

describe('a sign-in at a certified provider', () => {
  for (const {
    what,
    provider: setup,
    app,
    clockErrorMs,
    alter,
    error,
    codeGrants = 0,
  } of refusals) {
    it(`fails for a reason that is named: ${what}`, async () => {
      const stage = await setUp(setup, app, clockErrorMs)

      await expect(finish(stage, alter)).rejects.toMatchObject(error)

      expect(stage.provider.counts.codeGrants).toBe(codeGrants)
      expect(await stage.openTab().auth.ready).toMatchObject({ status: 'signed-out' })
    })
  }
})
