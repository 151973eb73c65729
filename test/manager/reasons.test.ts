import { describe, expect, it } from 'vitest'
import type { TokenManagerOptions } from '../../src/index.ts'
import type { FakeReply } from '../../src/testing/fake-authorization-server.ts'
import { json, page } from '../oauth/server-double.ts'
import { failureOf, named } from '../support/failure.ts'
import { openExpiredTabs } from '../support/open-tabs.ts'
import { overwriteRecord, storedRecord } from '../support/stored-record.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'
import { cut, cutAfterRotation, refusal } from '../support/token-replies.ts'

/** The same in the tab that failed, in it again, in another tab, and after a reload. */
async function failures(
  profile: Profile,
  tabs: readonly Tab[],
): Promise<readonly (object | undefined)[]> {
  const reloaded = profile.openTab()
  return Promise.all(
    [...tabs, ...tabs, reloaded].map(({ auth }) => failureOf(auth.getAccessToken())),
  )
}

describe('everybody learns why', () => {
  it.each(['invalid_client', 'unauthorized_client'])('the client is refused: %s', async (error) => {
    const { profile, tab, tabs } = await openExpiredTabs()
    const words = { error, error_description: `because of ${tokenOf(profile)}` }
    profile.server.answerNext(() => json(401, words))
    const oauth = { error, error_description: 'because of [redacted]', status: 401 }
    const first = await failureOf(tab.auth.getAccessToken())
    expect(first).toMatchObject({ name: 'ConfigurationError', oauth })
    for (const failure of await failures(profile, tabs)) {
      expect(failure).toMatchObject({ name: 'ConfigurationError', code: 'CLIENT_REJECTED', oauth })
      expect((failure as Error).message).toContain(error)
    }
    expect(tab.auth.getState()).toMatchObject({ refresh: { phase: 'halted', error: { oauth } } })
    expect(profile.server.counts.requests).toBe(1)
  })

  it('a server is in trouble, or refuses in words that nobody knows', async () => {
    for (const [status, error] of [
      [503, 'temporarily_unavailable'],
      [400, 'tenant_suspended'],
    ] as const) {
      const { profile, tab, tabs } = await openExpiredTabs()
      profile.server.answerNext(() => json(status, { error }, { 'retry-after': '60' }))
      await failureOf(tab.auth.getAccessToken())
      for (const failure of await failures(profile, tabs)) {
        expect(failure).toMatchObject({ oauth: { error, status } })
      }
    }
  })

  it('keeps no more words than can be shown', async () => {
    const { profile, tab } = await openExpiredTabs()
    profile.server.answerNext(() =>
      json(401, { error: 'invalid_client', error_description: 'x'.repeat(100_000) }),
    )
    await failureOf(tab.auth.getAccessToken())
    expect(JSON.stringify(await storedRecord(profile)).length).toBeLessThan(3_000)
  })

  it('reads a failure that an earlier version has stored', async () => {
    const { profile, tab, peer } = await openExpiredTabs()
    profile.server.answerNext(() => page(503, { 'retry-after': '60' }))
    await failureOf(tab.auth.getAccessToken())
    const record = (await storedRecord(profile)) as { readonly failure: object }
    await overwriteRecord(profile, { ...record, failure: { ...record.failure, since: undefined } })
    peer.page.emit('visible')
    expect(named(await failureOf(peer.auth.getAccessToken()))).toBe(
      'RefreshUnavailableError SERVER_UNAVAILABLE',
    )
    await profile.pass(60_000)
    await expect(peer.auth.getAccessToken()).resolves.toBeTypeOf('string')
  })

  it('the server refused to revoke a refresh token: an event says so', async () => {
    const profile = createProfile()
    const token = tokenOf(profile)
    const fetch: typeof globalThis.fetch = (input, init) =>
      input === profile.server.metadata.revocation_endpoint
        ? Promise.resolve(json(400, { error: 'unsupported_token_type', error_description: token }))
        : profile.fetch(input, init)
    const tab = await profile.openSignedInTab({ fetch })
    await tab.auth.signOut()
    expect(tab.events).toContainEqual({
      type: 'revocation-failed',
      status: 400,
      code: 'unsupported_token_type',
      at: profile.clock.now(),
    })
  })
})

describe('refusals in a row that nobody can read', () => {
  const unreadable = refusal(400, 'invalid_request')

  it('end the session no sooner than with the third, however far apart they are', async () => {
    const { profile, tab } = await openExpiredTabs()
    profile.server.answerAlways(unreadable)
    for (const which of ['first', 'second']) {
      const error = await failureOf(tab.auth.getAccessToken())
      expect(`${which}: ${named(error)}`).toBe(`${which}: RefreshUnavailableError REFUSED`)
      await profile.pass(60_000)
    }
    const last = await failureOf(tab.auth.getAccessToken())
    expect(named(last)).toBe('SessionEndedError REFUSED')
  })

  it('end the session no sooner than 10 s after the first', async () => {
    const { profile, tab } = await openExpiredTabs(2, { patienceMs: 5_000 })
    profile.server.answerAlways(unreadable)
    const from = profile.clock.now()
    for (;;) {
      const error = await profile.passUntil(failureOf(tab.auth.getAccessToken()))
      if (error?.name === 'SessionEndedError') break
      expect(named(error)).toBe('RefreshUnavailableError REFUSED')
      await profile.pass(1_000)
    }
    expect(profile.clock.now() - from).toBeGreaterThanOrEqual(10_000)
    expect(profile.clock.now() - from).toBeLessThan(20_000)
    expect(tab.auth.getState()).toMatchObject({ reason: 'refused' })
  })

  it('count from the first of them, not from the beginning of the outage', async () => {
    const { profile, tab } = await openExpiredTabs()
    profile.server.answerAlways(() => page(503))
    await failureOf(tab.auth.getAccessToken())
    // Nobody has asked for long, but it is one outage.
    await profile.pass(60_000)
    profile.server.answerAlways(unreadable)
    const from = profile.clock.now()
    while (profile.clock.now() - from < 9_500) {
      expect(named(await failureOf(tab.auth.getAccessToken()))).toBe(
        'RefreshUnavailableError REFUSED',
      )
      await profile.pass(250)
    }
    expect(profile.server.counts.requests).toBeGreaterThan(3)
  })

  it('end it as rotation-lost after a reply that was lost', async () => {
    const { profile, tab } = await openExpiredTabs()
    profile.server.answerNext(cutAfterRotation)
    await failureOf(tab.auth.getAccessToken())
    profile.server.answerAlways(unreadable)
    for (let second = 0; second < 20; second += 1) {
      await profile.pass(1_000)
      await failureOf(tab.auth.getAccessToken())
    }
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-out', reason: 'rotation-lost' })
  })
})

describe('a token endpoint without CORS headers', () => {
  const unavailable: FakeReply = () => page(503)

  async function goThrough(
    options: Partial<TokenManagerOptions>,
    between: (tab: Tab, profile: Profile) => unknown,
    replies: readonly FakeReply[] = [],
  ): Promise<{ profile: Profile; tab: Tab; peer: Tab }> {
    const opened = await openExpiredTabs(2, options)
    const { profile, tab } = opened
    profile.server.answerAlways(cut)
    for (const reply of replies) profile.server.answerNext(reply)
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await failureOf(tab.auth.getAccessToken())
      await settle()
      await between(tab, profile)
      await profile.pass(10_000)
    }
    profile.clock.advance(1)
    return opened
  }

  it('is named in message and event once other requests were answered meanwhile', async () => {
    const { profile, tab, peer } = await goThrough({}, async ({ auth }, { clock }) => {
      clock.advance(1)
      // Any server will do, so long as it answers.
      await auth.fetch('https://api.example/public')
    })
    const hints = tab.events.flatMap((event) => (event.type === 'held-off' ? [event.hint] : []))
    expect(hints).toEqual([undefined, undefined, 'cors', 'cors', 'cors'])
    for (const { auth } of [tab, peer]) {
      const error = await failureOf(auth.getAccessToken())
      expect(error).toMatchObject({ code: 'NETWORK' })
      expect(error?.message).toContain('CORS')
    }
    profile.server.answerAlways()
    await profile.pass(60_000)
    await expect(tab.auth.getAccessToken()).resolves.toBeTypeOf('string')
  })

  it('is not suspected for an answer that came when the outage began, and not since', async () => {
    let isFirst = true
    const { tab } = await goThrough({}, async ({ auth }) => {
      if (isFirst) await auth.fetch('https://api.example/public')
      isFirst = false
    })
    expect(tab.events).not.toContainEqual(expect.objectContaining({ hint: 'cors' }))
  })

  it.each([
    ['answers with 503', Array<FakeReply>(5).fill(unavailable)],
    ['does so now and then', [cut, unavailable, unavailable, cut, unavailable]],
  ])('is not suspected of one that %s', async (_, replies) => {
    const between = async ({ auth }: Tab, { clock }: Profile): Promise<unknown> => {
      clock.advance(1)
      return auth.fetch('https://api.example/public')
    }
    const { tab } = await goThrough({}, between, replies)
    expect(tab.events.filter(({ type }) => type === 'held-off').length).toBeGreaterThan(3)
    expect(tab.events).not.toContainEqual(expect.objectContaining({ hint: 'cors' }))
  })

  it('is not suspected while nothing else gets through', async () => {
    const { tab } = await goThrough({}, () => {})
    expect(tab.events).not.toContainEqual(expect.objectContaining({ hint: 'cors' }))
    expect((await failureOf(tab.auth.getAccessToken()))?.message).not.toContain('CORS')
  })
})

/** The refresh token that a sign-in in this profile brings first. */
function tokenOf({ server }: Profile): string {
  return (
    server.secrets.find((secret) => secret.includes('refresh')) ?? server.signIn().refresh_token
  )
}
