import { describe, expect, it } from 'vitest'
import { json } from '../oauth/server-double.ts'
import { createDeferred } from '../support/deferred.ts'
import { failureOf, named } from '../support/failure.ts'
import { openTabs } from '../support/open-tabs.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'
import { refusal, spoilt } from '../support/token-replies.ts'
import { unhandledDuring } from '../support/uncaught.ts'

const orders = { resource: 'https://orders.example' }
const mail = { resource: 'https://mail.example' }

/** A signed-in tab and a peer, both of a session with access tokens for two APIs. */
async function withTwoTokens(): Promise<{
  profile: Profile
  tab: Tab
  peer: Tab
  /** Token requests since then. */
  requests(): number
}> {
  const { profile, tab, peer } = await openTabs()
  await tab.auth.getAccessToken(orders)
  await tab.auth.getAccessToken(mail)
  const before = profile.server.counts.requests
  return { profile, tab, peer, requests: () => profile.server.counts.requests - before }
}

describe('several access tokens of one session', () => {
  it('cost one grant each, one after the other, when they run out together', async () => {
    const { profile, tab, peer, requests } = await withTwoTokens()
    profile.clock.advance(600_000)
    const tokens = await profile.passUntil(
      Promise.all([
        tab.auth.getAccessToken(orders),
        peer.auth.getAccessToken(mail),
        tab.auth.getAccessToken(mail),
        peer.auth.getAccessToken(orders),
      ]),
    )
    expect(new Set(tokens).size).toBe(2)
    expect(requests()).toBe(2)
    expect(profile.server.counts.replays).toBe(0)
  })

  it('are kept by the grant for another one', async () => {
    const { tab, requests } = await withTwoTokens()
    const before = await tab.auth.getAccessToken(mail)
    await tab.auth.refresh()
    expect(await tab.auth.getAccessToken(mail)).toBe(before)
    expect(requests()).toBe(1)
  })
})

describe('a token set that the server refuses', () => {
  it.each(['invalid_target', 'invalid_scope', 'interaction_required', 'access_denied'])(
    'with %s leaves the session and its other tokens alone, in all tabs',
    async (word) => {
      const { profile, tab, peer, requests } = await withTwoTokens()
      const billing = { resource: 'https://billing.example' }
      profile.server.answerNext(refusal(400, word))
      const failure = await failureOf(profile.passUntil(tab.auth.getAccessToken(billing)))
      expect(failure?.oauth).toMatchObject({ error: word })
      expect(requests()).toBe(1)

      // Nobody asks for it again at once, and everything else goes on.
      expect(await failureOf(profile.passUntil(peer.auth.getAccessToken(billing)))).toBeDefined()
      expect(requests()).toBe(1)
      for (const { auth } of [tab, peer]) {
        expect(auth.getState()).toMatchObject({ status: 'signed-in', refresh: { phase: 'idle' } })
      }
      await profile.passUntil(peer.auth.refresh())
      await profile.passUntil(peer.auth.getAccessToken(mail))
      expect(requests()).toBe(2)
      expect(tab.events).toContainEqual(expect.objectContaining({ type: 'token-refused' }))
    },
  )

  it('is told to who has asked by what the server has said, and not as a halt, which there is none of', async () => {
    const { profile, tab, requests } = await withTwoTokens()
    profile.server.answerNext(refusal(400, 'invalid_target'))
    const billing = { resource: 'https://billing.example' }
    const failure = await failureOf(profile.passUntil(tab.auth.getAccessToken(billing)))
    expect(failure?.message).toContain('(invalid_target)')
    expect(failure?.message).not.toContain('halted')
    expect(requests()).toBe(1)
  })

  it('while the user signs out ends in SessionEndedError, and in nothing unhandled', async () => {
    const { profile, tab } = await withTwoTokens()
    const answer = createDeferred<Response>()
    profile.server.answerNext(() => answer.promise)
    const call = failureOf(tab.auth.getAccessToken({ resource: 'https://billing.example' }))
    await settle()
    await tab.auth.signOut({ revoke: false })
    const unhandled = await unhandledDuring(async () => {
      answer.resolve(json(400, { error: 'invalid_target' }))
      await settle()
    })
    expect([named(await call), unhandled]).toEqual(['SessionEndedError SIGNED_OUT', []])
  })

  it('however often, never ends the session', async () => {
    const { profile, tab, requests } = await withTwoTokens()
    const billing = { resource: 'https://billing.example' }
    for (let round = 0; round < 5; round += 1) {
      profile.server.answerNext(refusal(400, 'access_denied'))
      await failureOf(profile.passUntil(tab.auth.getAccessToken(billing)))
      await profile.pass(90_000)
    }
    expect(requests()).toBeGreaterThanOrEqual(5)
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-in' })
  })

  it('is asked for again once the pause is over, and is then like any other', async () => {
    const { profile, tab } = await withTwoTokens()
    const billing = { resource: 'https://billing.example' }
    profile.server.answerNext(refusal(400, 'invalid_target'))
    const failure = await failureOf(profile.passUntil(tab.auth.getAccessToken(billing)))
    expect(named(failure)).toBe('ConfigurationError CLIENT_REJECTED')
    await profile.pass(600_000)
    const token = await profile.passUntil(tab.auth.getAccessToken(billing))
    expect(await tab.auth.getAccessToken(billing)).toBe(token)
  })

  it('on the session’s own token halts all tabs, as every mistake of the configuration does', async () => {
    const { profile, tab, peer } = await withTwoTokens()
    profile.server.answerNext(refusal(400, 'invalid_scope'))
    await failureOf(profile.passUntil(tab.auth.refresh()))
    await profile.pass(100)
    expect(peer.auth.getState()).toMatchObject({ refresh: { phase: 'halted' } })
  })
})

describe('the scope', () => {
  it('that the state shows is the one the present token has, where a server narrows it', async () => {
    const { profile, tab } = await withTwoTokens()
    profile.server.answerNext(spoilt({ scope: 'narrow' }))
    await tab.auth.refresh()
    expect(tab.auth.getState()).toMatchObject({ scope: 'narrow' })
  })

  it('of the session is not narrowed by a narrower token', async () => {
    const profile = createProfile()
    const tab = profile.openTab({ scope: 'read write' })
    await tab.auth.startSession(profile.server.signIn(), { scope: 'read write' })
    await tab.auth.getAccessToken({ scope: 'read' })
    expect(tab.auth.getState()).toMatchObject({ scope: 'read write' })
    await tab.auth.refresh()
    expect(await failureOf(tab.auth.getAccessToken({ scope: 'write' }))).toBeUndefined()
  })
})

describe('a session that the server has ended', () => {
  it('says so in the server’s words, in every tab', async () => {
    const { profile, tab, peer } = await withTwoTokens()
    profile.server.answerNext(refusal(400, 'invalid_grant'))
    const failure = await failureOf(profile.passUntil(tab.auth.refresh()))
    expect(failure?.oauth).toMatchObject({ error: 'invalid_grant', status: 400 })
    await profile.pass(100)
    for (const { auth } of [tab, peer]) {
      expect(auth.getState()).toMatchObject({
        status: 'signed-out',
        reason: 'rejected',
        error: { oauth: { error: 'invalid_grant' } },
      })
    }
    await tab.auth.startSession(profile.server.signIn())
    await tab.auth.signOut({ endSession: false })
    expect(tab.auth.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' })
  })
})
