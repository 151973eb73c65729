import { describe, expect, it } from 'vitest'
import type { SessionRecord } from '../../src/core/record/session-record.ts'
import {
  createTokenManager,
  type OpenChannel,
  type SessionState,
  type TokenEndpointResponse,
} from '../../src/index.ts'
import { failureOf, named } from '../support/failure.ts'
import { idToken } from '../support/id-token.ts'
import { overwriteRecord, storedRecord } from '../support/stored-record.ts'
import { createProfile, settle } from '../support/tabs.ts'
import { uncaughtDuring } from '../support/uncaught.ts'

it('a session without an id, as an earlier version began them, is one session until another epoch begins', async () => {
  const profile = createProfile()
  const withoutId = async (): Promise<void> => {
    const { session, ...record } = (await storedRecord(profile)) as SessionRecord
    const { id: _, ...rest } = session ?? {}
    await overwriteRecord(profile, { ...record, revision: record.revision + 1, session: rest })
  }
  const before = await profile.openSignedInTab()
  before.auth.dispose()
  await withoutId()
  const [tab, peer] = [profile.openTab(), profile.openTab()]
  await Promise.all([tab.auth.ready, peer.auth.ready])
  await tab.auth.refresh()
  await settle()
  const told = (): string[] => peer.events.map(({ type }) => type)
  expect(told()).toContain('adopted')
  expect(told()).not.toContain('session-started')
  peer.page.emit('hide')
  await profile.pass(1_000)
  await tab.auth.startSession(profile.server.signIn())
  await withoutId()
  peer.page.emit('restore')
  await settle()
  expect(told().filter((type) => type === 'session-started')).toHaveLength(1)
})

describe('getState', () => {
  it('goes from restoring to signed-out to signed-in and back', async () => {
    const profile = createProfile()
    const { auth } = profile.openTab()
    const seen: SessionState[] = []
    auth.subscribe((state) => seen.push(state))
    expect(auth.getState()).toEqual({ status: 'restoring' })
    await auth.ready
    await auth.startSession(profile.server.signIn({ id_token: idToken(), scope: 'openid a b' }))
    await auth.refresh()
    await auth.signOut()

    expect(seen.map(({ status }) => status)).toEqual([
      'restoring',
      'signed-out',
      'signed-in',
      'signed-in',
      'signed-in',
      'signed-out',
    ])
    expect(seen[1]).toEqual({ status: 'signed-out', reason: 'never' })
    const phases = seen.flatMap((state) =>
      state.status === 'signed-in' ? [state.refresh.phase] : [],
    )
    expect(phases).toEqual(['idle', 'running', 'idle'])
    expect(seen[2]).toEqual({
      status: 'signed-in',
      sub: 'user-1',
      claims: expect.objectContaining({ sub: 'user-1', aud: 'spa' }),
      scope: 'openid a b',
      refreshable: true,
      generation: 1,
      accessTokenExpiresAt: profile.clock.now() + 300_000,
      refresh: { phase: 'idle' },
    })
    expect(seen.at(-2)).toMatchObject({ generation: 2, refresh: { phase: 'idle' } })
  })

  it('is the same object until something has changed', async () => {
    const profile = createProfile()
    const { auth, page } = await profile.openSignedInTab()
    const state = auth.getState()
    expect(auth.getState()).toBe(state)
    await auth.getAccessToken()
    await profile.pass(60_000)
    page.emit('visible')
    await settle()
    await auth.getAccessToken()
    expect(auth.getState()).toBe(state)
    await auth.refresh()
    expect(auth.getState()).not.toBe(state)
    expect(JSON.stringify(auth.getState())).not.toContain('secret')
  })

  it('names the end that the server hinted at for the refresh token', async () => {
    const profile = createProfile()
    const { auth } = profile.openTab()
    await auth.startSession(profile.server.signIn({ refresh_expires_in: 1_800 }))
    expect(auth.getState()).toMatchObject({
      refreshTokenExpiresAt: profile.clock.now() + 1_800_000,
    })
  })

  it('says why a session has ended, with the error that calls reject with', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    profile.server.revokeFamilies()
    const error = await failureOf(auth.refresh())
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'rejected', error })
  })
})

describe('subscribe', () => {
  it('calls at once, and no more once it is ended', async () => {
    const profile = createProfile()
    const { auth } = profile.openTab()
    const seen: string[] = []
    const listener = ({ status }: SessionState): void => void seen.push(status)
    const endFirst = auth.subscribe(listener)
    const endSecond = auth.subscribe(listener)
    expect(seen).toEqual(['restoring', 'restoring'])
    endFirst()
    endFirst()
    await auth.ready
    expect(seen).toEqual(['restoring', 'restoring', 'signed-out'])
    endSecond()
    await auth.startSession(profile.server.signIn())
    expect(seen).toHaveLength(3)
  })

  it('with a listener that throws stops nothing, and the error is there to see', async () => {
    const profile = createProfile()
    const seen: string[] = []
    const errors = await uncaughtDuring(async () => {
      const { auth } = profile.openTab()
      auth.subscribe(() => {
        throw new Error('the listener of the app')
      })
      auth.observe(() => {
        throw new Error('the observer of the app')
      })
      auth.subscribe(({ status }) => seen.push(status))
      await auth.ready
      await auth.startSession(profile.server.signIn())
      await auth.refresh()
      await expect(auth.getAccessToken()).resolves.toBeTypeOf('string')
    })
    expect(new Set(seen)).toEqual(new Set(['restoring', 'signed-out', 'signed-in']))
    const messages = new Set(errors.map((error) => (error as Error).message))
    expect(messages).toEqual(new Set(['the listener of the app', 'the observer of the app']))
    expect(profile.server.counts.grants).toBe(1)
  })
})

describe('ready', () => {
  it('fulfils with the state that was found', async () => {
    const profile = createProfile()
    await profile.openSignedInTab()
    const reads = profile.store.reads
    const { auth } = profile.openTab()
    await expect(auth.ready).resolves.toMatchObject({ status: 'signed-in' })
    await expect(auth.getAccessToken()).resolves.toBeTypeOf('string')
    expect(profile.store.reads).toBe(reads + 1)
    expect(profile.server.counts.requests).toBe(0)
  })

  it('does not reject when storage does', async () => {
    const profile = createProfile()
    profile.store.refuses = () => true
    const { auth } = profile.openTab()
    await expect(auth.ready).resolves.toEqual({ status: 'restoring' })
  })

  it('does not wait longer than 3 s for a store that never answers', async () => {
    const profile = createProfile()
    const silent = { read: () => new Promise(() => {}), update: () => new Promise<never>(() => {}) }
    const { auth } = profile.openTab({ storage: silent })
    let isReady = false
    void auth.ready.then(() => {
      isReady = true
    })
    await profile.pass(3_100)
    expect(isReady).toBe(true)
  })
})

describe('dispose', () => {
  it('releases timers, channel, page events and listeners', async () => {
    const profile = createProfile()
    const open = new Set<string>()
    let channels = 0
    const openChannel: OpenChannel = (name, onMessage) => {
      const channel = profile.openChannel(name, onMessage)
      const id = `${name} ${(channels += 1)}`
      open.add(id)
      return (
        channel && {
          post: channel.post,
          close() {
            open.delete(id)
            channel.close()
          },
        }
      )
    }
    const { auth, events, page } = await profile.openSignedInTab(
      { refreshAhead: 'visible' },
      { openChannel },
    )
    profile.server.answerNext(() => new Response(null, { status: 503 }))
    await failureOf(auth.refresh())
    let states = 0
    auth.subscribe(() => (states += 1))
    expect(profile.clock.timers()).not.toEqual([])
    expect(open.size).toBe(1)
    auth.dispose()
    auth.dispose()
    await settle()
    expect(profile.clock.timers()).toEqual([])
    expect(open.size).toBe(0)

    const before = { states, events: events.length, reads: profile.store.reads }
    for (const event of ['hide', 'restore', 'visible', 'online'] as const) page.emit(event)
    await profile.openSignedInTab()
    await profile.pass(600_000)
    expect({ states, events: events.length }).toEqual({
      states: before.states,
      events: before.events,
    })
    expect(open.size).toBe(0)
  })

  it('makes everything called afterwards reject', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab({ redirectUri: 'https://app.example/callback' })
    const { auth } = tab
    auth.dispose()
    const calls: readonly (() => Promise<unknown>)[] = [
      () => auth.getAccessToken(),
      () => tab.call(),
      () => auth.getAuthorizationHeaders('https://api.example/v2/x'),
      () => auth.refresh(),
      () => auth.startSession(profile.server.signIn()),
      () => auth.signIn(),
      () => auth.handleRedirect(),
    ]
    for (const call of calls) expect(named(await failureOf(call()))).toBe('DisposedError DISPOSED')
    expect(profile.sent).toHaveLength(0)
  })
})

describe('startSession', () => {
  const full = { access_token: 'access-secret', token_type: 'Bearer' }
  const wrong: readonly [response: unknown, message: string][] = [
    [undefined, 'response must be an access token response (RFC 6749 §5.1)'],
    ['token', 'response must be an access token response (RFC 6749 §5.1)'],
    [{}, 'response.access_token is required'],
    [{ ...full, access_token: '' }, 'response.access_token is required'],
    [{ access_token: 'a' }, "response.token_type must be 'Bearer' or 'DPoP'"],
    [{ ...full, token_type: 'mac' }, "response.token_type must be 'Bearer' or 'DPoP'"],
    [{ ...full, expires_in: -1 }, 'response.expires_in must be a number of seconds'],
    [{ ...full, expires_in: {} }, 'response.expires_in must be a number of seconds'],
    [{ ...full, refresh_token: 7 }, 'response.refresh_token must be a non-empty string'],
    [{ ...full, scope: ['a'] }, 'response.scope must be a non-empty string'],
    [{ ...full, id_token: 'no-jwt' }, 'response.id_token must be a JWT'],
  ]

  it.each(wrong)('refuses %j: %s', async (response, message) => {
    const { auth } = createProfile().openTab()
    const begun = auth.startSession(response as TokenEndpointResponse)
    await expect(begun).rejects.toThrow(new TypeError(message))
    await auth.ready
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'never' })
  })

  it.each([
    ['aud', { aud: 'another' }],
    ['iss', { iss: 'https://other.example' }],
    ['nonce', { nonce: 'another' }],
  ])('refuses an id_token with another %s', async (claim, changes) => {
    const profile = createProfile()
    const { auth } = profile.openTab()
    const response = profile.server.signIn({ id_token: idToken({ nonce: 'n-1', ...changes }) })
    const error = await failureOf(auth.startSession(response, { nonce: 'n-1' }))
    expect(named(error)).toBe('SignInError RESPONSE_INVALID')
    expect(error?.message).toContain(`another ${claim}`)
    await auth.startSession(profile.server.signIn({ id_token: idToken({ nonce: 'n-1' }) }), {
      nonce: 'n-1',
    })
    expect(auth.getState()).toMatchObject({ status: 'signed-in', sub: 'user-1' })
  })

  it('takes null members as absent, and a number of seconds in a string', async () => {
    const profile = createProfile()
    const { auth } = profile.openTab()
    const response = { ...full, expires_in: '60', refresh_token: null, scope: null, id_token: null }
    await auth.startSession(response as unknown as TokenEndpointResponse, { scope: 'a b' })
    expect(auth.getState()).toMatchObject({
      scope: 'a b',
      refreshable: false,
      accessTokenExpiresAt: profile.clock.now() + 60_000,
    })
  })

  it('counts a lifetime from when the response came', async () => {
    const profile = createProfile()
    const { auth } = profile.openTab()
    const receivedAt = profile.clock.now() - 290_000
    await auth.startSession(profile.server.signIn(), { receivedAt })
    expect(auth.getState()).toMatchObject({ accessTokenExpiresAt: receivedAt + 300_000 })
  })

  it('with ifSignedOut leaves a session that is there as it is, also in a race', async () => {
    const profile = createProfile()
    const [tab, peer] = [profile.openTab(), profile.openTab()]
    const [first, second] = [profile.server.signIn(), profile.server.signIn()]
    await Promise.all([
      tab.auth.startSession(first, { ifSignedOut: true }),
      peer.auth.startSession(second, { ifSignedOut: true }),
    ])
    await settle()
    await tab.auth.startSession(profile.server.signIn(), { ifSignedOut: true })
    for (const { auth } of [tab, peer]) {
      expect(await auth.getAccessToken()).toBe(first.access_token)
    }
    const third = profile.server.signIn()
    await tab.auth.startSession(third)
    expect(await tab.auth.getAccessToken()).toBe(third.access_token)
  })

  it('goes on in memory when storage refuses, and is stored when storage takes it', async () => {
    const profile = createProfile()
    const { auth, events } = profile.openTab()
    await auth.ready
    profile.store.refuses = (operation) => operation === 'update'
    const response = profile.server.signIn()
    await auth.startSession(response)
    expect(await auth.getAccessToken()).toBe(response.access_token)
    expect(events).toContainEqual(expect.objectContaining({ type: 'persistence-failed' }))

    profile.store.refuses = () => false
    profile.clock.advance(11_000)
    await auth.getAccessToken()
    await settle()
    expect(await profile.openTab().auth.getAccessToken()).toBe(response.access_token)
  })
})

describe('on a server, where there is no window', () => {
  it('creating is harmless and everything else says so', async () => {
    const auth = createTokenManager({ authorizationServer: 'https://as.example', clientId: 'spa' })
    await expect(auth.ready).resolves.toEqual({ status: 'restoring' })
    const seen: SessionState[] = []
    auth.subscribe((state) => seen.push(state))()
    auth.observe(() => {})()
    expect(seen).toEqual([{ status: 'restoring' }])
    expect(auth.getState()).toEqual({ status: 'restoring' })
    expect(auth.getState()).toBe(auth.getState())
    for (const name of [
      'getAccessToken',
      'refresh',
      'signIn',
      'handleRedirect',
      'signOut',
    ] as const) {
      expect(named(await failureOf(auth[name]()))).toBe('ConfigurationError NO_WINDOW')
    }
    for (const call of [
      auth.fetch('https://api.example/'),
      auth.getAuthorizationHeaders('https://api.example/'),
      auth.startSession({ access_token: 'a', token_type: 'Bearer' }),
    ]) {
      expect(named(await failureOf(call))).toBe('ConfigurationError NO_WINDOW')
    }
    auth.dispose()
  })
})

describe('two managers in one page', () => {
  it('with different session names know nothing of each other', async () => {
    const profile = createProfile()
    const one = await profile.openSignedInTab({ sessionName: 'one' })
    const two = await profile.openSignedInTab({ sessionName: 'two' })
    expect(await one.auth.getAccessToken()).not.toBe(await two.auth.getAccessToken())
    await one.auth.signOut()
    await settle()
    expect(two.auth.getState()).toMatchObject({ status: 'signed-in' })
    await expect(two.auth.refresh()).resolves.toBeUndefined()
  })
})
