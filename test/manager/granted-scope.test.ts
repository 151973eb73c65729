import { describe, expect, it } from 'vitest'
import { failureOf, named } from '../support/failure.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'

const scope = 'orders mail admin'

interface Trait {
  /** A narrower token narrows the grant for good (against RFC 6749 §6). */
  readonly narrows?: boolean
  /** Replies name no scope where nothing else was granted than what was asked for. */
  readonly isSilent?: boolean
}

/** A server that uses the refresh token up on a scope that the grant has not, as some do. */
async function openAt({ narrows = false, isSilent = false }: Trait): Promise<{
  profile: Profile
  tab: Tab
  peer: Tab
}> {
  const profile = createProfile()
  let granted = scope.split(' ')
  profile.server.answerAlways(async ({ parameters, proceed }) => {
    const asked = parameters.get('scope')?.split(' ') ?? granted
    if (asked.some((word) => !granted.includes(word))) {
      profile.server.revokeFamilies()
      return Response.json({ error: 'invalid_scope' }, { status: 400 })
    }
    const reply = (await proceed().json()) as Record<string, unknown>
    if (narrows) granted = asked
    const isSaid = !isSilent || (narrows && !parameters.has('scope'))
    return Response.json({ ...reply, ...(isSaid && { scope: asked.join(' ') }) })
  })
  const tab = profile.openTab({ scope })
  const peer = profile.openTab({ scope })
  await tab.auth.startSession(profile.server.signIn({ scope }))
  await settle()
  return { profile, tab, peer }
}

describe.each([false, true])('where replies leave the scope out: %j', (isSilent) => {
  it('a server that narrows the grant for good is not asked for what it has taken away', async () => {
    const { profile, tab, peer } = await openAt({ narrows: true, isSilent })
    await profile.passUntil(tab.auth.getAccessToken({ scope: 'orders' }))
    const failure = await failureOf(profile.passUntil(tab.auth.getAccessToken({ scope: 'mail' })))
    expect(named(failure)).toBe('ConfigurationError SCOPE_NOT_GRANTED')
    expect(failure?.message).toContain('mail')
    await settle()
    for (const { auth, events } of [tab, peer]) {
      expect(auth.getState()).toMatchObject({ status: 'signed-in', scope: 'orders' })
      expect(events).toContainEqual(
        expect.objectContaining({ type: 'scope-narrowed', scope: 'orders' }),
      )
    }

    const requests = profile.server.counts.requests
    for (const { auth } of [tab, peer, profile.openTab({ scope })]) {
      await auth.ready
      const error = await failureOf(profile.passUntil(auth.getAccessToken({ scope: 'admin' })))
      expect(named(error)).toBe('ConfigurationError SCOPE_NOT_GRANTED')
    }
    expect(profile.server.counts.requests).toBe(requests)
    await profile.passUntil(tab.auth.refresh())
    expect(await profile.passUntil(tab.auth.getAccessToken({ scope: 'orders' }))).toMatch(
      /^access-/,
    )
  })

  it('a server that keeps the grant is asked once more in a session, and never again', async () => {
    const { profile, tab, peer } = await openAt({ isSilent })
    for (const word of ['orders', 'mail', 'admin', 'orders mail']) {
      await profile.passUntil(tab.auth.getAccessToken({ scope: word }))
    }
    expect(profile.server.counts.grants).toBe(5)
    await profile.pass(600_000)
    for (const { auth } of [tab, peer]) {
      for (const word of ['mail', 'orders', 'admin']) {
        await profile.passUntil(auth.getAccessToken({ scope: word }))
      }
    }
    expect(profile.server.counts.grants).toBe(8)
    expect(tab.events.map(({ type }) => type)).not.toContain('scope-narrowed')
  })

  it('a wider token is had without a word where a narrower one needs nothing else', async () => {
    const { profile, tab } = await openAt({ isSilent })
    await profile.passUntil(tab.auth.getAccessToken({ scope: 'orders mail' }))
    await profile.passUntil(tab.auth.getAccessToken({ scope: 'mail' }))
    expect(profile.server.counts.grants).toBe(2)
  })
})

it('a grant that a refresh has narrowed is told of, and asked for no more than that', async () => {
  const { profile, tab } = await openAt({})
  profile.server.answerNext(async ({ proceed }) => {
    const reply = (await proceed().json()) as Record<string, unknown>
    return Response.json({ ...reply, scope: 'mail orders' })
  })
  await profile.passUntil(tab.auth.refresh())
  expect(tab.events).toContainEqual(
    expect.objectContaining({ type: 'scope-narrowed', scope: 'mail orders' }),
  )
  const failure = await failureOf(profile.passUntil(tab.auth.getAccessToken({ scope: 'admin' })))
  expect(named(failure)).toBe('ConfigurationError SCOPE_NOT_GRANTED')
  expect(await profile.passUntil(tab.auth.getAccessToken({ scope: 'mail' }))).toMatch(/^access-/)
})
