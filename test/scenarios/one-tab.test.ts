import { expect, it } from 'vitest'
import { json } from '../oauth/server-double.ts'
import { createDeferred } from '../support/deferred.ts'
import { failureOf, named } from '../support/failure.ts'
import { newest } from '../support/newest.ts'
import { expire, openExpiredTabs } from '../support/open-tabs.ts'
import { sharedName } from '../support/protocol-facts.ts'
import { createProfile, settle } from '../support/tabs.ts'
import { arrivingWith } from '../support/token-replies.ts'
import { presented } from './stage.ts'

const hundred = Array.from({ length: 100 }, (_, index) => index)

it('S-01: a hundred calls on an expired token cost one refresh and get the same token', async () => {
  const profile = createProfile()
  const { auth } = await profile.openSignedInTab()
  await expire(profile)
  const tokens = await Promise.all(hundred.map(() => auth.getAccessToken()))
  expect(new Set(tokens)).toEqual(new Set([newest(profile, 'access')]))
  expect(profile.server.counts.requests).toBe(1)
})

it('S-02: a hundred 401s for one token cost one refresh and one resend each; a 401 for an older token costs no refresh', async () => {
  const profile = createProfile()
  const tab = await profile.openSignedInTab()
  profile.server.revokeAccessTokens()
  expect(new Set(await Promise.all(hundred.map(() => tab.call())))).toEqual(new Set([200]))
  expect(profile.server.counts.requests).toBe(1)
  expect(profile.api.requests).toHaveLength(200)

  const answer = createDeferred()
  profile.api.answersAfter = answer.promise
  const late = tab.call()
  await settle()
  profile.server.revokeAccessTokens()
  await tab.auth.refresh()
  answer.resolve()
  await expect(late).resolves.toBe(200)
  expect(profile.api.requests.at(-1)?.token).toBe(newest(profile, 'access'))
  expect(profile.server.counts.requests).toBe(2)
})

it('S-40: a reply with the same refresh token or none is a new generation, and the token is kept', async () => {
  const profile = createProfile()
  const tab = profile.openTab()
  const { refresh_token } = profile.server.signIn()
  await tab.auth.startSession({ access_token: 'a', token_type: 'Bearer', refresh_token })
  for (const [index, kept] of [refresh_token, undefined, null, ''].entries()) {
    profile.server.answerNext(() =>
      json(200, { access_token: 'b', token_type: 'Bearer', expires_in: 300, refresh_token: kept }),
    )
    await tab.auth.refresh()
    expect(tab.auth.getState()).toMatchObject({ generation: index + 2, refreshable: true })
  }
  await tab.auth.refresh()
  expect(presented(profile)).toEqual([1, 2, 3, 4, 5].map(() => refresh_token))
})

it('S-41: two resources that are wanted at once are refreshed one after the other, the second with the refresh token of the first reply', async () => {
  const { profile, tab, peer } = await openExpiredTabs()
  const wanted = ['https://orders.example', 'https://mail.example']
  await profile.passUntil(
    Promise.all(
      [tab, peer].flatMap(({ auth }) =>
        wanted.map((resource) => auth.getAccessToken({ resource })),
      ),
    ),
  )
  const issued = profile.server.secrets.filter((secret) => secret.startsWith('refresh'))
  expect(presented(profile)).toEqual(issued.slice(0, 2))
  expect(profile.server.counts).toMatchObject({ requests: 2, grants: 2, replays: 0 })
})

it('S-43: a caller that gives up stops waiting, and the refresh goes on for the others', async () => {
  const profile = createProfile()
  const tab = await profile.openSignedInTab()
  await expire(profile)
  const answer = createDeferred()
  profile.server.answerNext(arrivingWith(answer.promise))
  const controller = new AbortController()
  const { signal } = controller
  const impatient = Promise.allSettled([
    tab.auth.fetch('https://api.example/v2/orders', { signal }),
    tab.auth.getAccessToken({ signal }),
  ])
  const patient = tab.call()
  await settle()
  controller.abort(new Error('enough'))
  for (const end of await impatient) {
    expect(end).toMatchObject({ status: 'rejected', reason: { message: 'enough' } })
  }
  answer.resolve()
  await expect(patient).resolves.toBe(200)
  expect(profile.server.counts.requests).toBe(1)
})

it('S-44: a manager that is disposed of in the middle of a refresh stores it and leaves no lock, and the next one works', async () => {
  const profile = createProfile()
  const tab = await profile.openSignedInTab()
  await expire(profile)
  const answer = createDeferred()
  profile.server.answerNext(arrivingWith(answer.promise))
  const calls = [tab.auth.getAccessToken(), tab.call(), tab.auth.refresh()].map(failureOf)
  await settle()
  const queued = profile.openTab()
  const waiting = failureOf(queued.auth.getAccessToken())
  await settle()
  queued.auth.dispose()
  tab.auth.dispose()
  for (const error of await Promise.all([...calls, waiting])) {
    expect(named(error)).toBe('DisposedError DISPOSED')
  }

  answer.resolve()
  const next = profile.openTab()
  await expect(next.auth.getAccessToken()).resolves.toBe(newest(profile, 'access'))
  expect(profile.server.counts.requests).toBe(1)
  const lock = profile.locks.request(sharedName)
  await expect(lock.granted).resolves.toBe(true)
  lock.release()
  await next.auth.refresh()
  next.auth.dispose()
  await settle()
  expect(profile.clock.timers()).toEqual([])
})

it('S-45: two managers in one page share one refresh, also when one is called from a listener of the other', async () => {
  const profile = createProfile()
  const tab = await profile.openSignedInTab()
  const twin = profile.openTab({}, { pageEvents: tab.page, navigation: tab.navigation })
  await twin.auth.ready
  await expire(profile)
  const nested: Promise<unknown>[] = []
  tab.auth.subscribe(() => nested.push(twin.auth.getAccessToken()))
  twin.auth.subscribe(() => nested.push(tab.auth.getAccessToken()))
  const tokens = await Promise.all([tab.auth.getAccessToken(), twin.auth.getAccessToken()])
  await settle()
  expect(nested.length).toBeGreaterThan(2)
  expect(new Set([...tokens, ...(await Promise.all(nested))]).size).toBe(1)
  expect(profile.server.counts.requests).toBe(1)
  tab.auth.dispose()
  await expect(twin.auth.getAccessToken()).resolves.toBe(tokens[1])
})

it('S-55: a session whose access token comes from a backend, without a refresh token, ends with that token and asks for no other', async () => {
  const profile = createProfile()
  const tab = profile.openTab()
  const { refresh_token: _, ...handedOver } = profile.server.signIn()
  await tab.auth.startSession(handedOver)
  profile.api.rejectsAll = true
  await expect(tab.call()).resolves.toBe(401)
  expect(tab.auth.getState()).toMatchObject({ status: 'signed-in', refreshable: false })
  await profile.pass(301_000)
  expect(tab.auth.getState()).toMatchObject({ status: 'signed-out', reason: 'expired' })
  expect(named(await failureOf(tab.call()))).toBe('SessionEndedError EXPIRED')
  expect(profile.sent).toHaveLength(0)
})
