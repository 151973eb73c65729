// @vitest-environment happy-dom
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CacheKey, LocalStorageCache } from '@auth0/auth0-spa-js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { TokenManager } from 'tokenring'
import { idToken } from '../support/id-token.ts'
import { createProfile } from '../support/tabs.ts'
import type { Profile } from '../support/tabs.ts'
import {
  audience,
  clientId,
  life,
  scope,
  visit,
  withAuth0React,
  withReactOidcContext,
} from './stored-by-others.ts'
import { takeOverAuth0Session, takeOverOidcSession } from './take-over.ts'

const guidePath = '../../src/oauth/README.md'
const guide = readFileSync(fileURLToPath(new URL(guidePath, import.meta.url)), 'utf8')

let profile: Profile
const reported = vi.fn<(error: unknown) => void>()
beforeEach(() => {
  visit('https://app.example/')
  localStorage.clear()
  sessionStorage.clear()
  for (const cookie of document.cookie.split('; ')) {
    document.cookie = `${cookie.split('=')[0]}=; max-age=0`
  }
  profile = createProfile()
  vi.useFakeTimers({ toFake: ['Date'], now: profile.clock.now() })
  reported.mockClear()
  vi.stubGlobal('reportError', reported)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** Lets time pass for the page too. */
function pass(seconds: number): void {
  profile.clock.advance(seconds * 1_000)
  vi.setSystemTime(profile.clock.now())
}

/** All that there is in localStorage. */
const stored = (): object => Object.fromEntries(Object.entries(localStorage))

/** What the other library stores, and how to take it over. */
interface Library {
  readonly issuer: string
  store(): Promise<unknown>
  takeOver(auth: TokenManager): Promise<void>
  /** Where the tokens are. */
  readonly key: string
}

const oidc = {
  issuer: 'https://as.example',
  takeOver: (auth: TokenManager) =>
    takeOverOidcSession(auth, { authority: profile.server.issuer, clientId }),
  key: 'oidc.user:https://as.example:spa',
}
const auth0 = {
  issuer: 'https://as.example/',
  takeOver: (auth: TokenManager) => takeOverAuth0Session(auth, { clientId, audience }),
  key: `@@auth0spajs@@::spa::${audience}::openid orders offline_access`,
}

const libraries: Readonly<Record<string, Library>> = {
  'react-oidc-context': {
    ...oidc,
    store: () => withReactOidcContext(profile),
  },
  'auth0-react': {
    ...auth0,
    store: () => withAuth0React(profile),
  },
  'auth0-spa-js 2.1': {
    ...auth0,
    async store() {
      const cache = new LocalStorageCache()
      const { access_token, refresh_token } = profile.server.signIn()
      cache.set(auth0.key, {
        body: {
          access_token,
          refresh_token,
          audience,
          scope,
          client_id: clientId,
          expires_in: life,
        },
        expiresAt: Date.now() / 1_000 + life,
      })
      cache.set(new CacheKey({ clientId }, '@@auth0spajs@@', '@@user@@').toKey(), {
        id_token: idToken({ iss: auth0.issuer, aud: clientId, sub: 'ada' }),
        decodedToken: { claims: {}, user: { sub: 'ada' } },
      } as never)
    },
  },
}

describe.each(Object.entries(libraries))('the session that %s has stored', (_, library) => {
  const open = (): TokenManager =>
    profile.openTab({
      authorizationServer: { ...profile.server.metadata, issuer: library.issuer },
    }).auth

  it('goes on without a sign-in, and is not there twice', async () => {
    await library.store()
    expect(localStorage.getItem(library.key)).not.toBeNull()
    const auth = open()
    await library.takeOver(auth)
    expect(auth.getState()).toMatchObject({ status: 'signed-in', sub: 'ada', refreshable: true })
    expect(profile.server.accepts(await auth.getAccessToken())).toBe(true)
    expect(profile.server.counts.requests).toBe(0)
    expect(stored()).toEqual({})
    await auth.refresh()
    expect(profile.server.counts).toMatchObject({ grants: 1, replays: 0 })
    expect(reported.mock.calls).toEqual([])
  })

  it('is renewed at the first use, if its access token has run out meanwhile', async () => {
    await library.store()
    pass(life + 3_600)
    const auth = open()
    await library.takeOver(auth)
    expect(profile.server.accepts(await auth.getAccessToken())).toBe(true)
    expect(profile.server.counts).toMatchObject({ requests: 1, grants: 1 })
  })

  it('is used to its end, however long that is away', async () => {
    await library.store()
    const before = localStorage.getItem(library.key) ?? ''
    const endsAt = Date.now() / 1_000 + 7 * 86_400
    localStorage.setItem(library.key, before.replace(/("expires_?[aA]t":)\d+/, `$1${endsAt}`))
    const auth = open()
    await library.takeOver(auth)
    expect(auth.getState()).toMatchObject({ accessTokenExpiresAt: endsAt * 1_000 })
    await auth.getAccessToken()
    expect(profile.server.counts.requests).toBe(0)
  })

  it('is taken over once by ten tabs that open at the same time on an expired token', async () => {
    await library.store()
    pass(life + 3_600)
    const tabs = Array.from({ length: 10 }, open)
    const tokens = await profile.passUntil(
      Promise.all(
        tabs.map(async (auth) => {
          await library.takeOver(auth)
          return auth.getAccessToken()
        }),
      ),
    )
    expect(new Set(tokens).size).toBe(1)
    expect(profile.server.counts).toMatchObject({ requests: 1, grants: 1, replays: 0 })
  })

  it.each([
    ['is no JSON', () => '{'],
    ['is null', () => 'null'],
    ['has no access token', (text: string) => text.replace('"access_token"', '"other"')],
  ])('is removed, and that is reported, if it %s', async (_why, change) => {
    await library.store()
    localStorage.setItem(library.key, change(localStorage.getItem(library.key) ?? ''))
    const auth = open()
    await library.takeOver(auth)
    expect(await auth.ready).toMatchObject({ status: 'signed-out' })
    expect(stored()).toEqual({})
    expect(reported.mock.calls).toHaveLength(1)
    expect(String(reported.mock.calls[0])).not.toContain('secret')
  })

  it('is removed if it is of another server', async () => {
    await library.store()
    const { auth } = profile.openTab({
      authorizationServer: { ...profile.server.metadata, issuer: 'https://other.example' },
    })
    await library.takeOver(auth)
    expect(await auth.ready).toMatchObject({ status: 'signed-out' })
    expect(stored()).toEqual({})
    expect(reported.mock.calls[0]?.[0]).toMatchObject({ code: 'RESPONSE_INVALID' })
  })

  it('stays for the next page if this one cannot take it over', async () => {
    await library.store()
    const auth = open()
    auth.dispose()
    await expect(library.takeOver(auth)).rejects.toMatchObject({ code: 'DISPOSED' })
    expect(localStorage.getItem(library.key)).not.toBeNull()
    const next = open()
    await library.takeOver(next)
    expect(next.getState()).toMatchObject({ status: 'signed-in' })
  })

  it('that is not there is no reason for anything', async () => {
    localStorage.setItem('of-the-app', 'stays')
    const auth = open()
    await library.takeOver(auth)
    await auth.ready
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'never' })
    expect(stored()).toEqual({ 'of-the-app': 'stays' })
  })
})

describe.each([
  ['react-oidc-context', withReactOidcContext],
  ['auth0-react', withAuth0React],
])('the guide to %s', (name, signIn) => {
  it('has a row for each member of its hook', async () => {
    const members = await signIn(profile)
    expect(members).toEqual(expect.arrayContaining(['isLoading', 'isAuthenticated', 'user']))
    const [rows = ''] = guide.split(`### From ${name}\n`)[1]?.split('\n##') ?? []
    const named = [...rows.matchAll(/^\| ([^|]+)\|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)/g)].map(([, member]) => member),
    )
    expect(members.filter((each) => !each.startsWith('_') && !named.includes(each))).toEqual([])
  })
})
