import { describe, expect, it } from 'vitest'
import {
  createTokenManager,
  dpop,
  type Ports,
  type TokenManager,
  type TokenManagerOptions,
} from '../../src/index.ts'
import {
  createFakeAuthorizationServer,
  createTestBrowser,
  type FakeAuthorizationServer,
  type TestBrowser,
  type TestTab,
} from '../../src/testing/index.ts'
import type { SessionRecord } from '../../src/core/record/session-record.ts'
import { createDeferred } from '../support/deferred.ts'
import { failureOf, named } from '../support/failure.ts'
import { idToken } from '../support/id-token.ts'
import { arrivingWith } from '../support/token-replies.ts'
import { settle } from '../support/tabs.ts'

const apiUrl = 'https://api.example/v2/'
const minuteMs = 60_000

/** The page whose requests these are, and another tab, in which users come and go. */
interface Stage {
  readonly browser: TestBrowser
  readonly server: FakeAuthorizationServer
  readonly here: TestTab & { readonly auth: TokenManager }
  readonly there: TokenManager
  /** Whose token each request to the API had. */
  readonly arrived: readonly string[]
  /** What the API answers; by itself, what the token deserves. */
  answers: ((token: string) => Response | Promise<Response>)[]
  /** A first reply for a user, or for one that nobody knows by name. */
  replyFor(user: string): Parameters<TokenManager['startSession']>[0]
}

interface Setting {
  readonly options?: Partial<TokenManagerOptions>
  readonly ports?: Partial<Ports>
}

const deaf: Setting = { ports: { openChannel: () => undefined } }

function openStage({ options, ports }: Setting = {}): Stage {
  const browser = createTestBrowser()
  const server = createFakeAuthorizationServer({ expiresIn: 300 })
  const users = new Map<number, string>()
  const arrived: string[] = []

  async function fetch(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
    const url = input instanceof Request ? input.url : String(input)
    if (!url.startsWith(apiUrl)) return server.fetch(input, init)
    const token = (new Headers(init.headers).get('authorization') ?? '').split(' ')[1] ?? ''
    arrived.push(users.get(server.lineageOf(token)?.family ?? 0) ?? 'nobody')
    const answer = stage.answers.shift()
    return answer?.(token) ?? new Response(null, { status: server.accepts(token) ? 200 : 401 })
  }

  const open = (tab: TestTab, more: Partial<Ports> = {}): TokenManager =>
    createTokenManager(
      {
        authorizationServer: server.metadata,
        clientId: 'spa',
        resourceServers: [apiUrl],
        refreshAhead: 'never',
        storage: browser.store,
        fetch,
        ...options,
      },
      { ...tab.ports, ...more },
    )
  const tab = browser.openTab()
  const stage: Stage = {
    browser,
    server,
    here: { ...tab, auth: open(tab, ports) },
    there: open(browser.openTab()),
    arrived,
    answers: [],
    replyFor(user) {
      const known = user === 'somebody' ? {} : { id_token: idToken({ sub: user }) }
      const reply = server.signIn({ ...known, ...(options?.dpop && { token_type: 'DPoP' }) })
      users.set(server.lineageOf(reply.access_token)?.family ?? 0, user)
      return reply
    },
  }
  return stage
}

async function openStageOf(user: string, setting?: Setting): Promise<Stage> {
  const stage = openStage(setting)
  await stage.there.startSession(stage.replyFor(user))
  await stage.here.auth.ready
  await settle()
  stage.here.page.emit('visible')
  await settle()
  return stage
}

/** What may become of Alice's session in the other tab, and what her request comes to then. */
const turns: Readonly<Record<string, readonly [(stage: Stage) => Promise<unknown>, string]>> = {
  'Bob signs in': [
    ({ there, replyFor }) => there.startSession(replyFor('bob')),
    'SessionChangedError SESSION_CHANGED',
  ],
  'she signs out': [({ there }) => there.signOut(), 'SessionEndedError SIGNED_OUT'],
  'she signs out and Bob signs in': [
    async ({ there, replyFor }) => {
      await there.signOut()
      await there.startSession(replyFor('bob'))
    },
    'SessionChangedError SESSION_CHANGED',
  ],
  'she signs in again': [({ there, replyFor }) => there.startSession(replyFor('alice')), 'sent'],
  'somebody signs in whose name nobody knows': [
    ({ there, replyFor }) => there.startSession(replyFor('somebody')),
    'SessionChangedError SESSION_CHANGED',
  ],
}

type Ask = (stage: Stage) => Promise<unknown>

/** The ways to ask for what belongs to a user. */
const asks: Readonly<Record<string, Ask>> = {
  'a request': async ({ here }) => {
    const response = await here.auth.fetch(`${apiUrl}orders`, { method: 'POST', body: '{}' })
    expect(response.status).toBe(200)
  },
  'the headers of one': async ({ here }) => {
    const headers = await here.auth.getAuthorizationHeaders(`${apiUrl}orders`)
    return headers['authorization']?.split(' ')[1]
  },
  'a token': ({ here }) => here.auth.getAccessToken(),
  'a token for another API': ({ here }) => here.auth.getAccessToken({ audience: 'x' }),
  'a renewal': ({ here }) => here.auth.refresh(),
}

/** Ends what a call waits for. */
type Release = () => unknown

interface Path {
  readonly setting?: Setting
  readonly asks?: Readonly<Record<string, Ask>>
  /** Makes the page ready for a call that will have to wait. */
  readonly prepare: (stage: Stage) => Release | Promise<Release>
  /** Before the turn of events, if the call is made after it. */
  readonly isAfterwards?: boolean
  /** How a turn ends here, where that is another end. */
  readonly ends?: Readonly<Record<string, string>>
}

/** What waits hears of the sign-out before anybody else signs in. */
const overAtOnce = { 'she signs out and Bob signs in': 'SessionEndedError SIGNED_OUT' }

const onlyFetch = { 'a request': asks['a request'] as Ask }

function rejectFirst(stage: Stage, headers: Readonly<Record<string, string>> = {}): Release {
  const answer = createDeferred()
  stage.answers = [
    async () => {
      await answer.promise
      return new Response('no', { status: 401, headers })
    },
  ]
  return () => answer.resolve()
}

function renewLate(stage: Stage): Release {
  stage.browser.clock.advance(10 * minuteMs)
  const answer = createDeferred()
  stage.server.answerNext(arrivingWith(answer.promise))
  return () => answer.resolve()
}

/** Where a call waits, and what happens meanwhile finds it. */
const paths: Readonly<Record<string, Path>> = {
  'made as the page comes to the front': {
    setting: deaf,
    isAfterwards: true,
    prepare: ({ here }) => {
      here.page.emit('hide')
      return () => here.page.emit('visible')
    },
  },
  'made as the page comes out of the back/forward cache': {
    setting: deaf,
    isAfterwards: true,
    prepare: ({ here }) => {
      here.page.emit('hide')
      return () => here.page.emit('restore')
    },
  },
  'made after the machine slept': {
    setting: deaf,
    isAfterwards: true,
    prepare: ({ browser }) => {
      browser.clock.stepWallClock(10_000)
      return () => {}
    },
  },
  'that waits for a renewal': { prepare: renewLate, ends: overAtOnce },
  'that waits for a renewal in a page that no message reaches': {
    setting: deaf,
    prepare: renewLate,
  },
  'that waits for a renewal that fails': {
    ends: overAtOnce,
    prepare(stage) {
      stage.browser.clock.advance(10 * minuteMs)
      const answer = createDeferred()
      stage.server.answerNext(async () => {
        await answer.promise
        return new Response(null, { status: 503 })
      })
      return () => answer.resolve()
    },
  },
  'that could do with the token there is if a renewal fails': {
    ends: overAtOnce,
    asks: {
      'a token': ({ here }) => here.auth.getAccessToken({ minValidityMs: 200_000 }),
    },
    prepare(stage) {
      stage.browser.clock.advance(2 * minuteMs)
      const answer = createDeferred()
      stage.server.answerAlways(async () => {
        await answer.promise
        return new Response(null, { status: 503 })
      })
      return () => answer.resolve()
    },
  },
  'that was rejected and is sent again': { asks: onlyFetch, prepare: rejectFirst },
  'that was rejected in a page that no message reaches': {
    setting: deaf,
    asks: onlyFetch,
    prepare: rejectFirst,
  },
  'that was rejected, and then the page came to the front': {
    setting: deaf,
    asks: onlyFetch,
    prepare(stage) {
      const release = rejectFirst(stage)
      return () => {
        stage.here.page.emit('visible')
        release()
      }
    },
  },
  'in place of one whose token was rejected': {
    setting: deaf,
    isAfterwards: true,
    asks: {
      headers: async ({ here }) => {
        const rejected = 'rejected'
        const headers = await here.auth.getAuthorizationHeaders(apiUrl, { rejected })
        return headers['authorization']?.split(' ')[1]
      },
      'a token': ({ here }) => here.auth.getAccessToken({ rejected: 'rejected' }),
    },
    prepare: ({ here }) => {
      here.page.emit('hide')
      return () => here.page.emit('visible')
    },
  },
  'that is sent again with a nonce': {
    setting: { options: { dpop: dpop() } },
    asks: onlyFetch,
    prepare: (stage) =>
      rejectFirst(stage, { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': 'n' }),
  },
}

const everyCase = Object.entries(paths).flatMap(([path, { asks: some = asks }]) =>
  Object.keys(some).flatMap((ask) => Object.keys(turns).map((turn) => [ask, path, turn] as const)),
)

describe('what a page has asked for while it showed Alice', () => {
  it.each(everyCase)('%s %s: %s', async (askName, pathName, turnName) => {
    const path = paths[pathName] as Path
    const ask = (path.asks ?? asks)[askName] as Ask
    const [turn, usualEnd] = turns[turnName] as (typeof turns)[string]
    const end = path.ends?.[turnName] ?? usualEnd
    const stage = await openStageOf('alice', path.setting)
    const release = await path.prepare(stage)
    const { browser, server, here } = stage
    const user = (): unknown => {
      const state = here.auth.getState()
      return state.status === 'signed-in' ? state.sub : state.status
    }
    let call = Promise.resolve('not made')
    let token: unknown
    const begin = (): void => {
      expect(user()).toBe('alice')
      const asked = ask(stage).then((value) => (token = value))
      call = failureOf(asked).then(named)
    }
    if (!path.isAfterwards) begin()
    await settle()
    await turn(stage)
    await settle()
    release()
    if (path.isAfterwards) begin()
    await settle()
    // What was held off is tried again.
    browser.clock.advance(2_000)
    await settle()
    browser.clock.advance(minuteMs)
    await settle()
    expect(await call).toBe(end === 'sent' ? 'none' : end)
    expect(stage.arrived.every((who) => who === 'alice')).toBe(true)
    expect(stage.arrived.length).toBeLessThanOrEqual(2)
    if (typeof token === 'string') expect(server.lineageOf(token)?.family).toBe(2)
    // The page itself goes over to whoever is there, and gets his.
    if (turnName.endsWith('Bob signs in')) {
      expect(user()).toBe('bob')
      expect((await here.auth.fetch(apiUrl)).status).toBe(200)
      expect(stage.arrived.at(-1)).toBe('bob')
    }
  })
})

it('two sessions that an earlier version began, for users whose name is empty, are not one user’s', async () => {
  const stage = await openStageOf('somebody')
  const { browser, there, here, arrived, replyFor } = stage
  await nameless(browser)
  here.page.emit('visible')
  await settle()
  const release = rejectFirst(stage)
  const call = failureOf(here.auth.fetch(apiUrl)).then(named)
  await settle()
  await there.startSession(replyFor('somebody'))
  await nameless(browser)
  here.page.emit('visible')
  await settle()
  release()
  await settle()
  expect(await call).toBe('SessionChangedError SESSION_CHANGED')
  expect(arrived).toHaveLength(1)
})

/** Takes the name out of the stored session, and counts that as a write. */
function nameless({ store }: TestBrowser): Promise<void> {
  const key = `session ${['https://as.example', 'spa', 'default'].map(encodeURIComponent).join(' ')}`
  return store.update(key, (stored) => {
    const record = stored as SessionRecord
    const session = { ...record.session, sub: '' }
    return { put: { ...record, revision: record.revision + 1, session }, result: undefined }
  })
}

describe('the renewal behind a request that cannot be sent twice', () => {
  it('is not one of the session of another user', async () => {
    const stage = await openStageOf('alice')
    const release = rejectFirst(stage)
    const { here, there, browser, server } = stage
    const body = new Blob(['{}']).stream()
    const init = { method: 'POST', body, duplex: 'half' }
    const call = here.auth.fetch(apiUrl, init)
    await settle()
    await there.startSession(stage.replyFor('bob'))
    await settle()
    browser.clock.advance(4.9 * minuteMs)
    release()
    expect((await call).status).toBe(401)
    await settle()
    expect(server.counts.requests).toBe(0)
    expect(stage.arrived).toEqual(['alice'])
  })
})

describe('what a page has asked for while it was restoring', () => {
  it('is for the session that it finds', async () => {
    const stage = openStage()
    await stage.there.startSession(stage.replyFor('alice'))
    const { auth } = openLate(stage)
    await expect(auth.getAccessToken()).resolves.toBeTypeOf('string')
  })

  it.each(['bob', 'somebody'])(
    'is for that session only, if it then has to wait: %s',
    async (user) => {
      const stage = openStage()
      await stage.there.startSession(stage.replyFor('alice'))
      stage.browser.clock.advance(10 * minuteMs)
      const { auth } = openLate(stage)
      const release = renewLate(stage)
      const call = failureOf(auth.getAccessToken())
      await settle()
      expect(auth.getState()).toMatchObject({ status: 'signed-in', sub: 'alice' })
      await stage.there.startSession(stage.replyFor(user))
      await settle()
      release()
      expect(named(await call)).toBe('SessionChangedError SESSION_CHANGED')
    },
  )

  it('is refused after one look if there is none', async () => {
    const { auth } = openLate(openStage())
    expect(named(await failureOf(auth.getAccessToken()))).toBe('SessionEndedError NEVER')
  })
})

describe('what a page has asked for while it showed that nobody is signed in', () => {
  it('is for the first session that it finds', async () => {
    const stage = openStage(deaf)
    const { auth } = stage.here
    await auth.ready
    expect(auth.getState()).toMatchObject({ status: 'signed-out', reason: 'never' })
    await stage.there.startSession(stage.replyFor('alice'))
    stage.here.page.emit('visible')
    expect((await auth.fetch(apiUrl)).status).toBe(200)
    expect(stage.arrived).toEqual(['alice'])
  })

  it.each(['bob', 'alice', 'somebody'])(
    'is not for the next session once it has shown one: %s',
    async (user) => {
      const stage = await openStageOf('alice', deaf)
      const { auth } = stage.here
      await stage.there.signOut()
      stage.here.page.emit('visible')
      await settle()
      expect(auth.getState()).toMatchObject({ status: 'signed-out', reason: 'signed-out' })
      await stage.there.startSession(stage.replyFor(user))
      stage.here.page.emit('visible')
      const calls = [auth.fetch(apiUrl), auth.getAccessToken(), auth.refresh()]
      for (const call of calls) {
        expect(named(await failureOf(call))).toBe('SessionEndedError SIGNED_OUT')
      }
      expect(stage.arrived).toEqual([])
      // The look has shown it, and what is asked for now is for that session.
      expect(auth.getState()).toMatchObject({ status: 'signed-in' })
      expect((await auth.fetch(apiUrl)).status).toBe(200)
      expect(stage.arrived).toEqual([user])
    },
  )
})

describe('a request with a token that is fresh', () => {
  it('leaves in the turn in which it is made, so that a sign-out right after it does not stop it', async () => {
    const stage = await openStageOf('alice')
    const call = stage.here.auth.fetch(`${apiUrl}goodbye`)
    expect(stage.arrived).toEqual(['alice'])
    const out = stage.here.auth.signOut()
    expect((await call).status).toBe(200)
    await out
  })

  it('that waits for its proof is not sent after a sign-out', async () => {
    const stage = await openStageOf('alice', { options: { dpop: dpop() } })
    const call = failureOf(stage.here.auth.fetch(apiUrl))
    const headers = failureOf(stage.here.auth.getAuthorizationHeaders(apiUrl))
    await stage.here.auth.signOut()
    expect(named(await call)).toBe('SessionEndedError SIGNED_OUT')
    expect(named(await headers)).toBe('SessionEndedError SIGNED_OUT')
    expect(stage.arrived).toEqual([])
  })
})

/** A page that is opened now. */
function openLate(stage: Stage): { readonly auth: TokenManager } {
  const { server, browser } = stage
  const auth = createTokenManager(
    {
      authorizationServer: server.metadata,
      clientId: 'spa',
      storage: browser.store,
      fetch: server.fetch,
    },
    browser.openTab().ports,
  )
  expect(auth.getState()).toEqual({ status: 'restoring' })
  return { auth }
}
