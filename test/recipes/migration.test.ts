// @vitest-environment happy-dom
import { CacheKey, LocalStorageCache } from '@auth0/auth0-spa-js'
import { User, WebStorageStateStore } from 'oidc-client-ts'
import { beforeEach, describe, expect, it } from 'vitest'
import type { TokenManager } from 'tokenring'
import { idToken } from '../support/id-token.ts'
import { createProfile } from '../support/tabs.ts'
import type { Profile } from '../support/tabs.ts'
import * as fromAuth0 from './from-auth0-spa-js.ts'
import * as fromOidcClient from './from-oidc-client-ts.ts'

const clientId = 'spa'
const audience = 'https://api.example'
const scope = 'openid offline_access orders'
const life = 300

let profile: Profile
beforeEach(() => {
  localStorage.clear()
  profile = createProfile()
})

/** Seconds since the epoch, by the clock that the tabs have. */
const now = (): number => profile.clock.now() / 1_000

/** What the other library would have stored `ageSeconds` ago, and how to take it over. */
interface Library {
  store(ageSeconds: number): Promise<void>
  takeOver(auth: TokenManager): Promise<void>
}

const libraries: Readonly<Record<string, Library>> = {
  'oidc-client-ts': {
    async store(ageSeconds) {
      const { issuer } = profile.server
      const tokens = profile.server.signIn({ id_token: idTokenOf(profile) })
      const user = new User({
        ...tokens,
        id_token: idTokenOf(profile),
        scope,
        profile: { iss: issuer, aud: clientId, sub: 'ada', exp: now() + life, iat: now() },
        expires_at: now() + life - ageSeconds,
      })
      const store = new WebStorageStateStore({ store: localStorage })
      await store.set(`user:${issuer}:${clientId}`, user.toStorageString())
    },
    takeOver: (auth) => fromOidcClient.takeOverSession(auth, profile.server.issuer, clientId),
  },
  'auth0-spa-js': {
    async store(ageSeconds) {
      const { access_token, refresh_token } = profile.server.signIn()
      const cache = new LocalStorageCache()
      cache.set(new CacheKey({ clientId, audience, scope }).toKey(), {
        body: {
          access_token,
          refresh_token,
          audience,
          scope,
          client_id: clientId,
          expires_in: life,
        },
        expiresAt: now() + life - ageSeconds,
      })
      cache.set(new CacheKey({ clientId }, '@@auth0spajs@@', '@@user@@').toKey(), {
        id_token: idTokenOf(profile),
        // The rest of what it keeps of the user.
        decodedToken: { claims: {}, user: { sub: 'ada' } },
      } as never)
    },
    takeOver: (auth) => fromAuth0.takeOverSession(auth, { clientId, audience, scope }),
  },
}

const idTokenOf = ({ server, clock }: Profile): string =>
  idToken({
    iss: server.issuer,
    aud: clientId,
    sub: 'ada',
    iat: clock.now() / 1_000,
    exp: clock.now() / 1_000 + life,
  })

describe.each(Object.entries(libraries))('the session that %s has stored', (_, library) => {
  it('goes on without a sign-in, and is not there twice', async () => {
    await library.store(0)
    const { auth } = profile.openTab()
    await library.takeOver(auth)
    expect(auth.getState()).toMatchObject({ status: 'signed-in', sub: 'ada', refreshable: true })
    expect(profile.server.accepts(await auth.getAccessToken())).toBe(true)
    expect(profile.server.counts.requests).toBe(0)
    expect(localStorage).toHaveLength(0)
    await auth.refresh()
    expect(profile.server.counts).toMatchObject({ grants: 1, replays: 0 })
  })

  it('is renewed at the first use, if its access token has run out meanwhile', async () => {
    await library.store(life + 3_600)
    const { auth } = profile.openTab()
    await library.takeOver(auth)
    expect(profile.server.accepts(await auth.getAccessToken())).toBe(true)
    expect(profile.server.counts).toMatchObject({ requests: 1, grants: 1 })
  })

  it('is taken over once by ten tabs that open at the same time on an expired token', async () => {
    await library.store(life + 3_600)
    const tabs = Array.from({ length: 10 }, () => profile.openTab())
    const tokens = await profile.passUntil(
      Promise.all(
        tabs.map(async ({ auth }) => {
          await library.takeOver(auth)
          return auth.getAccessToken()
        }),
      ),
    )
    expect(new Set(tokens).size).toBe(1)
    expect(profile.server.counts).toMatchObject({ requests: 1, grants: 1, replays: 0 })
  })

  it('that is not there is no reason for anything', async () => {
    const { auth } = profile.openTab()
    await library.takeOver(auth)
    await auth.ready
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'never' })
  })
})
