import { expect, it } from 'vitest'
import { createDeferred } from '../support/deferred.ts'
import { failureOf, named } from '../support/failure.ts'
import { idToken } from '../support/id-token.ts'
import { newest } from '../support/newest.ts'
import { expire, openExpiredTabs, openTabs, type OpenTabs } from '../support/open-tabs.ts'
import { callbackOf, leaveToSignIn, redeeming, redirectUri } from '../support/sign-in.ts'
import { storedRecord } from '../support/stored-record.ts'
import { createProfile, settle } from '../support/tabs.ts'
import { arrivingWith, hang, spoilt } from '../support/token-replies.ts'

const signedOut = { status: 'signed-out', reason: 'signed-out' }

/** Two tabs of a user whose access token has run out. */
async function openExpiredTabsOf(sub: string): Promise<OpenTabs> {
  const opened = await openTabs()
  const response = opened.profile.server.signIn({ id_token: idToken({ sub }) })
  await opened.tab.auth.startSession(response)
  await expire(opened.profile)
  return opened
}

it('S-11: a sign-out in another tab waits for no refresh that is under way, and ends it for its callers', async () => {
  const { profile, tabs, peer } = await openExpiredTabs(3)
  profile.server.answerNext(hang)
  const calls = tabs
    .flatMap((tab) => [tab.auth.getAccessToken(), tab.call(), tab.auth.refresh()])
    .map(failureOf)
  await settle()
  const at = profile.clock.now()
  await peer.auth.signOut()
  for (const error of await Promise.all(calls)) {
    expect(named(error)).toBe('SessionEndedError SIGNED_OUT')
  }
  expect(profile.clock.now()).toBe(at)
  for (const { auth } of tabs) expect(auth.getState()).toEqual(signedOut)
  expect(profile.server.counts.requests).toBe(1)
  expect(profile.api.requests).toHaveLength(0)
})

it('S-12: a reply that comes after the sign-out is not stored, and its refresh token is revoked', async () => {
  for (const where of ['here', 'in another tab']) {
    const { profile, tab, peer } = await openExpiredTabs()
    const answer = createDeferred()
    profile.server.answerNext(arrivingWith(answer.promise))
    const call = failureOf(tab.auth.getAccessToken())
    await settle()
    await (where === 'here' ? tab : peer).auth.signOut()
    expect(named(await call)).toBe('SessionEndedError SIGNED_OUT')
    const record = await storedRecord(profile)
    answer.resolve()
    await settle()
    expect(await storedRecord(profile)).toEqual(record)
    for (const { auth } of [tab, peer]) expect(auth.getState()).toEqual(signedOut)
    await expect(profile.openTab().auth.ready).resolves.toEqual(signedOut)
    const revoked = profile.sent.flatMap(({ parameters }) => parameters.get('token') ?? [])
    const issued = profile.server.secrets.filter((secret) => secret.startsWith('refresh'))
    expect(revoked).toEqual(issued)
    expect(tab.events).toContainEqual(
      expect.objectContaining({ type: 'dropped', reason: 'session-over' }),
    )
  }
})

it('S-13: a sign-out offline is complete here at once, and no token is kept to be revoked later', async () => {
  const profile = createProfile()
  let isOnline = false
  const network: typeof fetch = (input, init) =>
    isOnline ? profile.fetch(input, init) : Promise.reject(new TypeError('Failed to fetch'))
  const { tab, tabs } = await openTabs(3, { fetch: network }, profile)
  await tab.auth.signOut()
  await settle()
  for (const { auth } of tabs) expect(auth.getState()).toEqual(signedOut)
  const record = JSON.stringify(await storedRecord(profile))
  for (const secret of profile.server.secrets) expect(record).not.toContain(secret)

  isOnline = true
  for (const { page } of tabs) page.emit('online')
  await profile.pass(60_000)
  expect(profile.sent).toHaveLength(0)
})

it('S-15: a sign-in in another tab reaches every tab, and a sign-in that is under way here may still be finished', async () => {
  const profile = createProfile()
  const waiting = profile.openTab({ redirectUri })
  const left = await leaveToSignIn(profile.openTab({ redirectUri }), { returnTo: '/orders' })
  const response = profile.server.signIn({ id_token: idToken() })
  await profile.openTab({ redirectUri }).auth.startSession(response)
  await settle()
  expect(waiting.auth.getState()).toMatchObject({ status: 'signed-in', refreshable: true })
  await expect(waiting.auth.getAccessToken()).resolves.toBe(response.access_token)
  await expect(profile.openTab().auth.getAccessToken()).resolves.toBe(response.access_token)

  profile.server.answerNext(redeeming(profile, left))
  const arriving = profile.openTab({ redirectUri }, {}, callbackOf(left))
  await expect(arriving.auth.handleRedirect()).resolves.toEqual({ returnTo: '/orders' })
  await settle()
  const token = await arriving.auth.getAccessToken()
  expect(token).not.toBe(response.access_token)
  await expect(waiting.auth.getAccessToken()).resolves.toBe(token)
})

it('S-16: when another user signs in elsewhere, requests that wait here reject and are not sent for that user', async () => {
  const { profile, tab, peer } = await openExpiredTabsOf('alice')
  const answer = createDeferred()
  profile.server.answerNext(arrivingWith(answer.promise))
  const calls = [tab.call(), tab.call(), tab.auth.getAccessToken()].map(failureOf)
  const users = new Set<string | undefined>()
  tab.auth.subscribe((state) => users.add(state.status === 'signed-in' ? state.sub : undefined))
  await settle()
  await peer.auth.startSession(profile.server.signIn({ id_token: idToken({ sub: 'bob' }) }))
  answer.resolve()
  for (const error of await Promise.all(calls)) {
    expect(named(error)).toBe('SessionChangedError SESSION_CHANGED')
  }
  expect(profile.api.requests).toHaveLength(0)
  expect([...users]).toEqual(['alice', 'bob'])
  await expect(tab.call()).resolves.toBe(200)
})

it('S-17: a refresh reply for another user is thrown away and ends the session in every tab', async () => {
  const { profile, tab, peer } = await openExpiredTabsOf('alice')
  profile.server.answerNext(spoilt({ id_token: idToken({ sub: 'bob' }) }))
  expect(named(await failureOf(tab.call()))).toBe('SessionEndedError SUBJECT_CHANGED')
  await settle()
  for (const { auth } of [tab, peer]) {
    expect(auth.getState()).toMatchObject({ status: 'signed-out', reason: 'subject-changed' })
  }
  const [, revocation] = profile.sent
  expect(revocation?.url).toBe(profile.server.metadata.revocation_endpoint)
  expect(revocation?.parameters.get('token')).toBe(newest(profile, 'refresh'))
  expect(profile.api.requests).toHaveLength(0)
})

it('S-46: a callback that is opened twice, reloaded, or opened in two tabs is redeemed once and harms no session', async () => {
  const profile = createProfile()
  const arriveAt = (url: string): ReturnType<typeof profile.openTab> =>
    profile.openTab({ redirectUri }, {}, url)
  const left = await leaveToSignIn(profile.openTab({ redirectUri }), { returnTo: '/orders' })
  profile.server.answerNext(redeeming(profile, left))
  const both = [arriveAt(callbackOf(left)), arriveAt(callbackOf(left))]
  const outcomes = await Promise.all(both.map(({ auth }) => auth.handleRedirect().catch(named)))
  expect(outcomes).toEqual([{ returnTo: '/orders' }, 'SignInError NO_TRANSACTION'])
  expect(profile.sent).toHaveLength(1)
  await settle()
  for (const { auth } of both) expect(auth.getState()).toMatchObject({ status: 'signed-in' })

  const reloaded = arriveAt(callbackOf(left))
  await expect(reloaded.auth.handleRedirect()).resolves.toEqual({ returnTo: '/orders' })
  expect(reloaded.navigation.currentUrl()).toBe(redirectUri)
  expect(reloaded.auth.getState()).toMatchObject({ status: 'signed-in', generation: 1 })
  expect(profile.sent).toHaveLength(1)

  await reloaded.auth.signOut({ revoke: false })
  const again = arriveAt(callbackOf(left))
  expect(named(await failureOf(again.auth.handleRedirect()))).toBe('SignInError NO_TRANSACTION')
  expect(again.navigation.currentUrl()).toBe(redirectUri)
  expect(profile.sent).toHaveLength(1)
})

it('S-47: the reply of a refresh of the old session is dropped when a sign-in came before it, and the new session is adopted', async () => {
  for (const sub of ['alice', 'bob']) {
    const { profile, tab, peer } = await openExpiredTabsOf('alice')
    const answer = createDeferred()
    profile.server.answerNext(arrivingWith(answer.promise))
    const call = tab.auth.getAccessToken().catch(named)
    await settle()
    const response = profile.server.signIn({ id_token: idToken({ sub }) })
    await peer.auth.startSession(response)
    answer.resolve()
    expect(await call).toBe(
      sub === 'alice' ? response.access_token : 'SessionChangedError SESSION_CHANGED',
    )
    await settle()
    for (const { auth } of [tab, peer]) {
      expect(auth.getState()).toMatchObject({ status: 'signed-in', sub })
      await expect(auth.getAccessToken()).resolves.toBe(response.access_token)
    }
    await tab.auth.refresh()
    expect(profile.server.counts.replays).toBe(0)
  }
})
