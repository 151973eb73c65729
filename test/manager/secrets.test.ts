import { describe, expect, it } from 'vitest'
import type { SessionRecord } from '../../src/core/record/session-record.ts'
import type { LockManager, OpenChannel, TokenStore } from '../../src/index.ts'
import type { FakeReply } from '../../src/testing/fake-authorization-server.ts'
import { json, opaqueRedirect, page } from '../oauth/server-double.ts'
import { everythingIn } from '../support/everything-in.ts'
import { idToken } from '../support/id-token.ts'
import { callbackOf, leaveToSignIn, redeeming, redirectUri } from '../support/sign-in.ts'
import { storedRecord } from '../support/stored-record.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'
import { cut, cutAfterRotation, hang, spoilt } from '../support/token-replies.ts'

/** Everything that leaves a manager by a way that is not meant for tokens. */
interface Witness {
  readonly profile: Profile
  readonly found: unknown[]
  openTab(url?: string, fetch?: typeof globalThis.fetch): Tab
  /** Notes what `work` rejects with, after as much time as it takes. */
  note(work: Promise<unknown>): Promise<void>
}

function createWitness(): Witness {
  const profile = createProfile()
  const found: unknown[] = []
  const locks: LockManager = {
    request(name) {
      found.push(name)
      return profile.locks.request(name)
    },
  }
  const openChannel: OpenChannel = (name, onMessage) => {
    found.push(name)
    const channel = profile.openChannel(name, onMessage)
    return (
      channel && {
        post(message) {
          found.push(message)
          channel.post(message)
        },
        close: channel.close,
      }
    )
  }
  const storage: TokenStore = {
    read(key) {
      found.push(key)
      return profile.store.read(key)
    },
    update(key, change, how) {
      found.push(key)
      return profile.store.update(key, change, how)
    },
  }
  const fetch: typeof globalThis.fetch = (input, init) => {
    found.push(input instanceof Request ? input.url : input.toString())
    return profile.fetch(input, init)
  }
  return {
    profile,
    found,
    openTab(url, send = fetch) {
      const options = {
        storage,
        fetch: send,
        scope: 'openid',
        redirectUri,
        postLogoutRedirectUri: 'https://app.example/bye',
        endSession: { url: 'https://as.example/logout' },
        refreshAhead: 'visible' as const,
      }
      const tab = profile.openTab(options, { locks, openChannel }, url)
      tab.auth.observe((event) => found.push(event))
      tab.auth.subscribe((state) => found.push(state))
      return tab
    },
    async note(work) {
      await profile.passUntil(
        work.then(
          () => undefined,
          (error: unknown) => found.push(error),
        ),
      )
    },
  }
}

/** Every value that must not be found: tokens, and what a code is redeemed with. */
function secretsOf({ server, sent }: Profile): readonly string[] {
  const codes = sent.flatMap(({ parameters }) =>
    ['code', 'code_verifier'].flatMap((name) => parameters.getAll(name)),
  )
  return [...server.secrets, ...codes, 'planted-secret']
}

function expectNoSecret({ profile, found }: Witness): void {
  const text = found.map((value) => everythingIn(value)).join('\n')
  expect(text.length).toBeGreaterThan(1_000)
  for (const secret of secretsOf(profile)) expect(text).not.toContain(secret)
}

/** A server that says back whatever it was sent, wherever it can. */
function repeating(status: number, error: string): FakeReply {
  return ({ parameters }) => {
    const said = [...parameters.values()].join(' and ')
    const words = {
      error_description: said,
      error_uri: `https://as.example/?${said}`,
      message: said,
    }
    return json(status, { error: error || said, ...words })
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const spellings: Readonly<Record<string, (text: string) => string>> = {
  URL: (text) => text.replaceAll('-', '%2d'),
  JSON: (text) => text.replaceAll('-', String.raw`\u002d`),
  HTML: (text) => text.replaceAll('-', '&#45;'),
  base64,
  base64url: (text) => Buffer.from(text).toString('base64url'),
}

/** The same in another spelling, the access tokens of the session and what the reply holds besides. */
function repeatingInOtherWords(
  { server }: Profile,
  spell: (text: string) => string,
  status: number,
  error: string,
): FakeReply {
  return ({ parameters }) => {
    const given = { access_token: 'planted-secret-1', refresh_token: 'planted-secret-2' }
    const values = [...server.secrets, ...parameters.values(), ...Object.values(given)]
    const said = values.map(spell).join(' and ')
    return json(status, {
      ...given,
      error: error || said,
      error_description: said,
      error_uri: said,
    })
  }
}

const replies: readonly [string, FakeReply][] = [
  ...['invalid_grant', 'invalid_client', 'invalid_request', 'server_error', ''].flatMap((error) =>
    [200, 400, 401, 403, 429, 503].map((status): [string, FakeReply] => [
      `${status} ${error || 'the refresh token'}`,
      repeating(status, error),
    ]),
  ),
  ['a page that holds the refresh token', ({ parameters }) => new Response(String(parameters))],
  [
    'JSON that is cut off',
    async ({ proceed }) => new Response((await proceed().text()).slice(0, -5)),
  ],
  ['no token_type', spoilt({ token_type: undefined })],
  ['a token_type that is a secret', spoilt({ token_type: 'planted-secret' })],
  ['an expires_in that is a secret', spoilt({ expires_in: 'planted-secret' })],
  ['a scope that is none', spoilt({ scope: ['planted-secret'] })],
  ['an id_token that is none', spoilt({ id_token: 'planted-secret' })],
  ['an id_token of another sub', spoilt({ id_token: idToken({ sub: 'user-2' }) })],
  [
    'a network error that holds the refresh token',
    ({ parameters }) => Promise.reject(new TypeError(String(parameters))),
  ],
  ['nothing', hang],
  ['a cut connection', cut],
  ['a connection that is cut too late', cutAfterRotation],
  ['503', () => page(503)],
  ['an opaque redirect', opaqueRedirect],
]

describe('no token is found in errors, events, states, messages, names, keys or URLs', () => {
  it.each(replies)('when the token endpoint answers %s', async (_, reply) => {
    const witness = createWitness()
    const { profile, openTab, note } = witness
    const [tab, peer] = [openTab(), openTab()]
    await tab.auth.startSession(profile.server.signIn({ id_token: idToken() }))
    await settle()
    const rejected = await tab.auth.getAccessToken()
    profile.server.answerAlways(reply)
    await note(tab.auth.getAccessToken({ rejected }))
    await note(peer.call())
    profile.clock.advance(600_000)
    await note(tab.auth.getAccessToken())
    await note(peer.auth.refresh())
    await note(peer.auth.getAuthorizationHeaders('https://api.example/v2/x').then(() => undefined))
    await profile.pass(60_000)
    await note(tab.call())
    await note(peer.auth.signOut())
    await note(tab.call())
    witness.found.push(tab.auth.getState(), peer.auth.getState())
    expectNoSecret(witness)
  })

  const inOtherWords = Object.keys(spellings).flatMap((spelling) =>
    ['invalid_grant', 'invalid_client', 'invalid_request', 'server_error', ''].flatMap((error) =>
      [400, 503].map((status): [string, number, string] => [spelling, status, error]),
    ),
  )

  it.each(inOtherWords)(
    'when the token endpoint says tokens back as in %s, with %i %s',
    async (spelling, status, error) => {
      const witness = createWitness()
      const { profile, openTab, note } = witness
      const [tab, peer] = [openTab(), openTab()]
      await tab.auth.startSession(profile.server.signIn({ id_token: idToken() }))
      await settle()
      const spell = spellings[spelling] ?? ((text) => text)
      profile.server.answerAlways(repeatingInOtherWords(profile, spell, status, error))
      profile.clock.advance(600_000)
      await note(tab.auth.getAccessToken())
      await note(peer.auth.refresh())
      witness.found.push(tab.auth.getState(), peer.auth.getState())
      const stored = (await storedRecord(profile)) as SessionRecord
      witness.found.push(stored.failure, stored.endedWith)
      expectNoSecret(witness)
      const text = witness.found.map((value) => everythingIn(value)).join('\n')
      for (const secret of secretsOf(profile)) expect(text).not.toContain(spell(secret))
    },
  )

  it.each(Object.entries({ none: (text: string) => text, ...spellings }))(
    'when an API says the token back in a challenge, spelled as in %s',
    async (_, spell) => {
      const witness = createWitness()
      const { profile, openTab, note } = witness
      const tab = openTab()
      await tab.auth.startSession(profile.server.signIn())
      profile.api.answers = (token) => {
        const said = spell(token).replaceAll('\\', '\\\\')
        const words = ['insufficient_user_authentication', said].map(
          (error) => `Bearer error="${error}", scope="${said}", acr_values="${said}"`,
        )
        return new Response(null, {
          status: 401,
          headers: { 'www-authenticate': words[profile.api.requests.length % 2] ?? '' },
        })
      }
      await note(tab.call())
      await note(tab.call())
      const told = tab.events.filter(({ type }) => type === 'challenged')
      expect(told).toHaveLength(2)
      expect(JSON.stringify(told)).toContain('[redacted]')
      expectNoSecret(witness)
      for (const secret of secretsOf(profile)) {
        expect(everythingIn(told)).not.toContain(spell(secret))
      }
    },
  )

  it('when the token endpoint grants a scope that holds the tokens', async () => {
    const witness = createWitness()
    const { profile, openTab, note } = witness
    const tab = openTab()
    await tab.auth.startSession(profile.server.signIn({ scope: 'openid orders' }))
    profile.server.answerAlways(async ({ parameters, proceed }) => {
      const reply = (await proceed().json()) as Record<string, string>
      const said = [parameters.get('refresh_token'), reply['refresh_token'], reply['access_token']]
      return json(200, { ...reply, scope: `openid ${said.join(' ')}` })
    })
    await note(tab.auth.refresh())
    await profile.pass(60_000)
    await note(tab.auth.refresh())
    expect(tab.auth.getState()).toMatchObject({ scope: expect.stringContaining('openid') })
    witness.found.push(tab.auth.getState())
    expectNoSecret(witness)
  })

  it('when the revocation endpoint says the tokens back', async () => {
    const witness = createWitness()
    const { profile, openTab, note } = witness
    for (const index of [0, 1]) {
      const revoking: typeof globalThis.fetch = async (input, init) =>
        new Request(input).url === profile.server.metadata.revocation_endpoint
          ? json(400, { error: profile.server.secrets.slice(-2)[index] })
          : profile.fetch(input, init)
      const tab = openTab(undefined, revoking)
      await tab.auth.startSession(profile.server.signIn())
      await note(tab.auth.signOut())
      expect(tab.events).toContainEqual(expect.objectContaining({ code: '[redacted]' }))
    }
    expectNoSecret(witness)
  })

  it('when all goes well, with an API that rejects every token', async () => {
    const witness = createWitness()
    const { profile, openTab, note } = witness
    const [tab, peer] = [openTab(), openTab()]
    await tab.auth.startSession(profile.server.signIn())
    await settle()
    profile.api.rejectsAll = true
    await note(tab.call())
    await note(peer.call())
    await profile.pass(600_000)
    await note(tab.auth.signOut())
    witness.found.push(...tab.navigation.left)
    expectNoSecret(witness)
  })

  it('when storage refuses', async () => {
    const witness = createWitness()
    const { profile, openTab, note } = witness
    const tab = openTab()
    await tab.auth.startSession(profile.server.signIn())
    profile.clock.advance(600_000)
    profile.store.refuses = (_, durable) => durable
    await note(tab.auth.getAccessToken())
    await note(tab.auth.startSession(profile.server.signIn()))
    profile.store.refuses = () => true
    await note(tab.auth.refresh())
    await note(tab.auth.signOut())
    expectNoSecret(witness)
  })

  it('when what the app hands over is wrong', async () => {
    const witness = createWitness()
    const { profile, openTab, note } = witness
    const tab = openTab()
    const response = profile.server.signIn()
    const spoils: readonly Record<string, unknown>[] = [
      { token_type: response.access_token },
      { expires_in: response.access_token },
      { id_token: response.refresh_token },
      { id_token: idToken({ aud: response.refresh_token }) },
      { refresh_token: [response.refresh_token] },
    ]
    for (const members of spoils) await note(tab.auth.startSession({ ...response, ...members }))
    expect(witness.found.filter((value) => value instanceof Error)).toHaveLength(spoils.length)
    expectNoSecret(witness)
  })

  it.each([
    ['succeeds', undefined],
    ['is refused by a server that repeats everything', repeating(400, 'invalid_grant')],
    ['meets a server in trouble that repeats everything', repeating(503, 'server_error')],
    ['is not answered', cut],
  ])('when a sign-in %s', async (_, reply) => {
    const witness = createWitness()
    const { profile, openTab, note } = witness
    const left = await leaveToSignIn(openTab())
    profile.server.answerNext(reply ?? redeeming(profile, left))
    const tab = openTab(callbackOf(left))
    await note(tab.auth.handleRedirect())
    await note(tab.auth.handleRedirect(callbackOf(left)))
    witness.found.push(left.href, tab.navigation.currentUrl(), tab.auth.getState())
    expect(profile.sent[0]?.parameters.get('code_verifier')).toMatch(/.{43}/)
    expectNoSecret(witness)
  })
})
