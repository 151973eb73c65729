import { describe, expect, it } from 'vitest'
import type { SessionRecord } from '../../src/core/record/session-record.ts'
import { claims } from '../oauth/server-double.ts'
import { everythingIn } from '../support/everything-in.ts'
import { failureOf, named } from '../support/failure.ts'
import { idToken } from '../support/id-token.ts'
import { overwriteRecord, storedRecord } from '../support/stored-record.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'
import { spoilt } from '../support/token-replies.ts'

/** Which refresh token the last token request presented. */
function presented({ sent }: Profile): string | null | undefined {
  return sent.at(-1)?.parameters.get('refresh_token')
}

/** Once the pause after a reply that could not be used is over, the session goes on with what it brought. */
async function expectToGoOn(profile: Profile, { auth }: Tab): Promise<void> {
  expect(auth.getState().status).toBe('signed-in')
  await profile.pass(60_000)
  await profile.passUntil(auth.refresh())
  expect(profile.server.counts.replays).toBe(0)
  const other = profile.openTab()
  await other.auth.ready
  expect(other.auth.getState()).toEqual(auth.getState())
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth)
}

describe('a reply that this browser cannot deal with', () => {
  it.each<[string, (members: string) => string]>([
    [
      'nests 6 000 deep',
      (members) => `{"scope":${nested(6_000)},${members.replace('scope', 'was')}`,
    ],
    [
      'has claims that nest 6 000 deep',
      (members) => `{"id_token":"${deepIdToken(6_000)}",${members}`,
    ],
    ['has claims that nest 500 deep', (members) => `{"id_token":"${deepIdToken(500)}",${members}`],
  ])('because it %s has its refresh token saved', async (_, write) => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    profile.server.answerNext(async ({ proceed }) => {
      return new Response(write((await proceed().text()).slice(1)))
    })
    const failure = await failureOf(profile.passUntil(tab.auth.refresh()))
    expect(named(failure)).toBe('RefreshUnavailableError RESPONSE_INVALID')
    await expectToGoOn(profile, tab)
  })

  it('because something of ours throws has its refresh token saved', async () => {
    const profile = createProfile()
    let hasCome = false
    const clock = {
      ...profile.clock,
      now() {
        if (!hasCome) return profile.clock.now()
        hasCome = false
        throw new Error('broken')
      },
    }
    const tab = profile.openTab({}, { clock })
    await tab.auth.startSession(profile.server.signIn())
    profile.server.answerNext(({ proceed }) => {
      hasCome = true
      return proceed()
    })
    const failure = await failureOf(profile.passUntil(tab.auth.refresh()))
    expect(hasCome).toBe(false)
    expect(named(failure)).toBe('RefreshUnavailableError RESPONSE_INVALID')
    await expectToGoOn(profile, tab)
  })

  it.each(['access\nsecret', 'access-secret\n', 'access-sécret'])(
    'because its access token is %j has its refresh token saved, and no token is shown',
    async (access_token) => {
      const profile = createProfile()
      const tab = await profile.openSignedInTab()
      profile.clock.advance(600_000)
      profile.server.answerNext(spoilt({ access_token }))
      const failure = await failureOf(profile.passUntil(tab.call().then(() => undefined)))
      expect(named(failure)).toBe('RefreshUnavailableError RESPONSE_INVALID')
      expect(everythingIn(failure)).not.toContain(access_token)
      expect(profile.api.requests).toEqual([])
      await expectToGoOn(profile, tab)
    },
  )
})

describe('a server that writes members with nothing in them', () => {
  it.each(['refresh_token', 'id_token', 'scope', 'expires_in'])(
    'such as %s: "" is understood as one that leaves them out',
    async (name) => {
      const profile = createProfile()
      const tab = profile.openTab()
      await tab.auth.startSession({ ...profile.server.signIn(), [name]: '' })
      expect(tab.auth.getState()).toMatchObject({ status: 'signed-in' })
      // It does not rotate where it names no refresh token.
      const reply = { access_token: 'another', token_type: 'Bearer', expires_in: 300 }
      profile.server.answerAlways(() => Response.json({ ...reply, [name]: '' }))
      if (name === 'refresh_token') await tab.auth.startSession(profile.server.signIn())
      await profile.passUntil(tab.auth.refresh())
      expect(await tab.auth.getAccessToken()).toBe('another')
      await profile.passUntil(tab.auth.refresh())
      expect(presented(profile)).toMatch(/^refresh-secret-/)
    },
  )
})

it.each(['by value', 'discovered'])(
  'an endpoint with an empty address in metadata that are %s is none: no token goes to the page itself',
  async (how) => {
    const profile = createProfile()
    const empty = { revocation_endpoint: '', end_session_endpoint: '' }
    const metadata = { ...profile.server.metadata, ...empty }
    const asked: string[] = []
    const tab = profile.openTab({
      authorizationServer: how === 'discovered' ? metadata.issuer : metadata,
      postLogoutRedirectUri: 'https://app.example/bye',
      async fetch(input, init) {
        const url = input instanceof Request ? input.url : String(input)
        if (url.includes('/.well-known/')) return Response.json(metadata)
        asked.push(url)
        return profile.fetch(input, init)
      },
    })
    await tab.auth.startSession(profile.server.signIn())
    await profile.passUntil(tab.auth.signOut())
    expect(asked).toEqual([])
    expect(tab.navigation.left).toEqual([])
  },
)

describe('a stored session', () => {
  async function withStored(
    change: (session: NonNullable<SessionRecord['session']>) => object,
  ): Promise<{ profile: Profile; tab: Tab }> {
    const profile = createProfile()
    const first = profile.openTab()
    await first.auth.startSession(profile.server.signIn({ id_token: idToken() }))
    first.auth.dispose()
    await settle()
    const record = (await storedRecord(profile)) as Required<SessionRecord>
    const session = { ...record.session, ...change(record.session) }
    await overwriteRecord(profile, { ...record, session })
    const tab = profile.openTab()
    await tab.auth.ready
    return { profile, tab }
  }

  const circular: Record<string, unknown> = { ...claims }
  circular['self'] = circular

  it.each<[string, unknown]>([
    ['that are none', {}],
    ['that are a number', 7],
    ['that are null', null],
    ['without an audience', { ...claims, aud: undefined }],
    ['with an audience of numbers', { ...claims, aud: [7] }],
    ['with an issuer that is a list', { ...claims, iss: [] }],
    ['without end', circular],
    ['with a number that JSON does not know', { ...claims, big: 1n }],
    ['that nest 500 deep', { ...claims, nested: JSON.parse(nested(500)) as unknown }],
  ])('with claims %s goes on without them', async (_, odd) => {
    const { profile, tab } = await withStored(() => ({ claims: odd }))
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-in', sub: claims.sub })
    expect(tab.auth.getState()).not.toHaveProperty('claims')
    profile.server.answerNext(spoilt({ id_token: idToken() }))
    await profile.passUntil(tab.auth.refresh())
    expect(tab.auth.getState()).toMatchObject({ claims })
    await expectToGoOn(profile, tab)
    expect(tab.events.map(({ type }) => type)).not.toContain('storage-corrupt')
  })

  it('with an access token that no header can hold goes on with a new one', async () => {
    const { profile, tab } = await withStored(({ tokens }) => ({
      tokens: { default: { ...tokens['default'], accessToken: 'access\nsecret' } },
    }))
    expect(await profile.passUntil(tab.call())).toBe(200)
    expect(profile.api.requests.map(({ token }) => token)).toEqual(['access-secret-2'])
    expect(tab.events.map(({ type }) => type)).not.toContain('storage-corrupt')
  })
})

function deepIdToken(depth: number): string {
  const payload = JSON.stringify(claims).replace('{', `{"nested":${nested(depth)},`)
  const parts = ['{"alg":"RS256"}', payload].map((part) => Buffer.from(part).toString('base64url'))
  return [...parts, 'c2lnbmF0dXJl'].join('.')
}
