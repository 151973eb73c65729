import { describe, expect, it, vi } from 'vitest'
import { promptRetryMs } from '../../src/core/rotation/back-off.ts'
import { dpop, type TokenManagerOptions } from '../../src/index.ts'
import { mercadoPago } from '../../src/providers/index.ts'
import type { TokenProxyOptions } from '../../src/token-proxy/index.ts'
import { failureOf, named } from '../support/failure.ts'
import { createProfile, type Profile, type Tab } from '../support/tabs.ts'
import {
  clientId,
  clientSecret,
  pageOrigin,
  replyJson,
  startBoth,
  type Received,
  type Upstream,
} from './servers.ts'
import { patience } from '../support/patience.ts'

const halfYearSeconds = 15_552_000

/** A vendor that wants JSON with the secret in it, and takes each refresh token once. */
function beStrict(upstream: Upstream): void {
  let generation = 1
  upstream.reply = (response, { headers, body }) => {
    const refuse = (error: string): void =>
      replyJson(400, { message: 'Error.', error, status: 400, cause: [] })(response, none)
    if (headers['content-type'] !== 'application/json') return refuse('invalid_request')
    const given = JSON.parse(body) as Readonly<Record<string, string>>
    if (given['client_id'] !== clientId || given['client_secret'] !== clientSecret) {
      return refuse('invalid_client')
    }
    if (given['grant_type'] !== 'refresh_token') return refuse('unsupported_grant_type')
    if (given['refresh_token'] !== `TG-${generation}`) return refuse('invalid_grant')
    generation += 1
    replyJson(200, tokensOf(generation))(response, none)
  }
}

const none = {} as Received

function tokensOf(generation: number): {
  readonly access_token: string
  readonly token_type: string
  readonly expires_in: number
  readonly refresh_token: string
} {
  return {
    access_token: `APP_USR-${generation}`,
    token_type: 'Bearer',
    expires_in: halfYearSeconds,
    refresh_token: `TG-${generation}`,
  }
}

/** A page with a session, whose token endpoint is a proxy before a strict vendor. */
async function signIn(
  options: {
    readonly proxy?: Partial<TokenProxyOptions>
    readonly manager?: Partial<TokenManagerOptions>
    readonly origin?: string
    readonly tokenType?: string
  } = {},
): Promise<{ readonly upstream: Upstream; readonly profile: Profile; readonly tab: Tab }> {
  const { upstream, address } = await startBoth({ encoding: 'json', ...options.proxy })
  beStrict(upstream)
  const profile = createProfile()
  const tab = profile.openTab({
    ...mercadoPago({ tokenProxy: address }),
    clientId,
    // The first pause is outlasted.
    patienceMs: 2 * promptRetryMs,
    // A browser sets the header by itself.
    fetch: (input, init) => {
      const headers = new Headers(init?.headers)
      headers.set('origin', options.origin ?? pageOrigin)
      return fetch(input, { ...init, headers })
    },
    ...options.manager,
  })
  await tab.auth.startSession({ ...tokensOf(1), token_type: options.tokenType ?? 'Bearer' })
  return { upstream, profile, tab }
}

/** Lets the pause after a first unknown outcome pass; the rest takes as long as it takes. */
async function passPromptRetry(profile: Profile, { events }: Tab): Promise<void> {
  await vi.waitFor(() => expect(events.map(({ type }) => type)).toContain('held-off'), patience)
  profile.clock.advance(promptRetryMs)
}

describe('a token manager behind a token proxy', () => {
  it('renews its session at a vendor that demands a secret, in JSON', async () => {
    const { upstream, tab } = await signIn()
    await tab.auth.refresh()
    await tab.auth.refresh()
    await expect(tab.auth.getAccessToken()).resolves.toBe('APP_USR-3')
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-in', generation: 3 })
    const sent = upstream.received.map(({ body }) => JSON.parse(body) as object)
    expect(sent).toEqual(
      ['TG-1', 'TG-2'].map((refresh_token) => ({
        grant_type: 'refresh_token',
        refresh_token,
        client_id: clientId,
        client_secret: clientSecret,
      })),
    )
  })

  it('is signed out when the vendor refuses the refresh token', async () => {
    const { upstream, tab } = await signIn()
    upstream.reply = replyJson(400, {
      message: 'Error validating grant.',
      error: 'invalid_grant',
      status: 400,
      cause: [],
    })
    expect(named(await failureOf(tab.auth.refresh()))).toMatch(/^SessionEndedError/)
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-out', reason: 'rejected' })
  })

  it('waits as long as the vendor asks for', async () => {
    const { upstream, profile, tab } = await signIn()
    const body = { error: 'local_rate_limited' }
    upstream.reply = replyJson(429, body, { 'x-retry-after': '40' })
    const error = await failureOf(tab.auth.refresh())
    expect(error).toMatchObject({ code: 'SERVER_UNAVAILABLE', oauth: body })
    expect(error).toMatchObject({ retryAt: profile.clock.now() + 40_000 })
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-in' })
  })

  it.each<[string, Partial<TokenProxyOptions>]>([
    ['cannot be reached', { fetch: () => Promise.reject(new TypeError('no route')) }],
    ['does not answer in time', { timeoutMs: 100, fetch: () => new Promise(() => {}) }],
    ['answers with a redirect', { fetch: () => Promise.resolve(Response.error()) }],
    [
      'repeats the secret',
      { fetch: () => Promise.resolve(Response.json({ error: 'invalid_grant', clientSecret })) },
    ],
  ])('tries once more and keeps its session when the vendor %s', async (_, proxy) => {
    const { profile, tab } = await signIn({ proxy })
    const failure = failureOf(tab.auth.refresh())
    await passPromptRetry(profile, tab)
    const error = await failure
    expect(named(error)).toBe('RefreshUnavailableError SERVER_UNAVAILABLE')
    expect(error).toMatchObject({ outcome: 'unknown' })
    expect(tab.auth.getState()).toMatchObject({
      status: 'signed-in',
      refresh: { phase: 'waiting' },
    })
  })

  it('knows that the refresh token may have been spent when no reply came in time', async () => {
    const { upstream, profile, tab } = await signIn({ proxy: { timeoutMs: 500 } })
    upstream.reply = () => {
      upstream.reply = replyJson(400, { error: 'invalid_grant' })
    }
    const failure = failureOf(tab.auth.refresh())
    await passPromptRetry(profile, tab)
    expect(named(await failure)).toMatch(/^SessionEndedError/)
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-out', reason: 'rotation-lost' })
    expect(upstream.received).toHaveLength(2)
  })

  it.each<[string, Parameters<typeof signIn>[0]]>([
    ['its origin is not an allowed one', { origin: 'https://other.example.com' }],
    ['it is another client', { manager: { clientId: 'other' } }],
    ['the grant is not an allowed one', { proxy: { allowedGrants: ['authorization_code'] } }],
    ['it uses DPoP', { manager: { dpop: dpop() }, tokenType: 'DPoP' }],
  ])('halts with its session when %s, and nothing is sent on', async (_, options) => {
    const { upstream, tab } = await signIn(options)
    const failure = await failureOf(tab.auth.refresh())
    expect(named(failure)).toBe('ConfigurationError CLIENT_REJECTED')
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-in', refresh: { phase: 'halted' } })
    expect(upstream.received).toEqual([])
  })
})
