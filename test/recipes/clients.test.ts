import { QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it, vi, onTestFinished } from 'vitest'
import { findTokenError, type RefreshUnavailableError } from 'tokenring'
import { idToken } from '../support/id-token.ts'
import * as axiosRecipe from './axios.ts'
import * as graphqlRecipe from './graphql-request.ts'
import * as kyRecipe from './ky.ts'
import * as openapiRecipe from './openapi-fetch.ts'
import { retryDelayMs } from './retries.ts'
import { startSignedInApp } from './signed-in-app.ts'
import type { SignedInApp } from './signed-in-app.ts'
import { createQueryClient, fetchOrders } from './tanstack-query.ts'

let app: SignedInApp
beforeEach(async () => {
  app = await startSignedInApp()
})
afterEach(() => app.close())

interface Calls {
  get(): Promise<unknown>
  post(body: { article: string }): Promise<unknown>
  readonly posted: string
}

const clients: Readonly<Record<string, (app: SignedInApp) => Calls>> = {
  ky({ auth, apiUrl }) {
    const api = kyRecipe.createApi(auth, apiUrl)
    return {
      get: () => api.get('orders').json(),
      post: (json) => api.post('orders', { json }).json(),
      posted: 'POST /orders {"article":"tea"}',
    }
  },
  axios({ auth, apiUrl }) {
    const api = axiosRecipe.createApi(auth, apiUrl)
    return {
      get: async () => (await api.get<unknown>('/orders')).data,
      post: async (body) => (await api.post<unknown>('/orders', body)).data,
      posted: 'POST /orders {"article":"tea"}',
    }
  },
  'openapi-fetch'({ auth, apiUrl }) {
    const api = openapiRecipe.createApi(auth, apiUrl)
    return {
      get: async () => (await api.GET('/orders')).data,
      post: async (body) => (await api.POST('/orders', { body })).data,
      posted: 'POST /orders {"article":"tea"}',
    }
  },
  'graphql-request'({ auth, apiUrl }) {
    const api = graphqlRecipe.createApi(auth, `${apiUrl}/graphql`)
    return {
      get: () => api.request('query { total }'),
      post: (variables) => api.request('mutation ($article: String) { total }', variables),
      posted:
        'POST /graphql {"query":"mutation ($article: String) { total }","variables":{"article":"tea"}}',
    }
  },
  'TanStack Query'({ auth, apiUrl }) {
    const queries = createQueryClient(auth)
    return {
      get: () =>
        queries.fetchQuery({
          queryKey: ['orders'],
          queryFn: ({ signal }) => fetchOrders(auth, `${apiUrl}/orders`, signal),
        }),
      post: (body) =>
        auth.fetch(`${apiUrl}/orders`, { method: 'POST', body: JSON.stringify(body) }),
      posted: 'POST /orders {"article":"tea"}',
    }
  },
}

describe.each(Object.entries(clients))('%s', (_, createCalls) => {
  it('sends the token', async () => {
    expect(await createCalls(app).get()).toEqual({ total: 3 })
    expect(app.served).toHaveLength(1)
  })

  it('gets an answer when the token was revoked, with the same body and one grant', async () => {
    const calls = createCalls(app)
    await calls.get()
    app.server.revokeAccessTokens()
    await calls.post({ article: 'tea' })
    expect(app.served.at(-1)).toBe(calls.posted)
    expect(app.rejections()).toBe(1)
    expect(app.server.counts.grants).toBe(1)
  })

  it('fails with an error of the manager, or one caused by it, once signed out', async () => {
    await app.auth.signOut({ endSession: false })
    const failure = await failureOf(createCalls(app).get())
    expect(findTokenError(failure)).toMatchObject({ name: 'SessionEndedError', code: 'SIGNED_OUT' })
    expect(app.served).toEqual([])
  })
})

const withoutQueries = Object.entries(clients).filter(([name]) => name !== 'TanStack Query')

it.each(withoutQueries)(
  '%s asks once when the session is dead, and says so',
  async (_, createCalls) => {
    app.server.revokeFamilies()
    const failure = await failureOf(createCalls(app).get())
    expect(findTokenError(failure)).toMatchObject({ name: 'SessionEndedError', code: 'REJECTED' })
    expect(retryDelayMs(failure, 0)).toBeUndefined()
    expect([app.rejections(), app.server.counts.requests]).toEqual([1, 1])
  },
)

describe('an outage of the token endpoint', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: app.clock.now() })
    app.server.revokeAccessTokens()
    app.server.answerAlways(() => new Response(null, { status: 503 }))
  })
  afterEach(() => void vi.useRealTimers())

  it.each(withoutQueries)('says through %s when the next call is worth it', async (_, create) => {
    const failure = await failureOf(create(app).get())
    const found = findTokenError(failure)
    expect(found?.name).toBe('RefreshUnavailableError')
    const { retryAt = 0 } = found as RefreshUnavailableError
    expect(retryAt).toBeGreaterThan(app.clock.now())
    expect(retryDelayMs(failure, 0)).toBe(retryAt - app.clock.now())
    expect(retryDelayMs(failure, 3)).toBeUndefined()
    expect(app.server.counts.requests).toBe(1)
  })

  it('is outlasted by TanStack Query, which asks no earlier than that', async () => {
    const queries = createQueryClient(app.auth)
    const queryKey = ['orders']
    const orders = queries.fetchQuery({
      queryKey,
      queryFn: ({ signal }) => fetchOrders(app.auth, `${app.apiUrl}/orders`, signal),
    })
    const failures = (): number =>
      queries.getQueryCache().find({ queryKey })?.state.fetchFailureCount ?? 0
    await expect.poll(failures).toBe(1)
    app.server.answerAlways()
    app.clock.advance(1_000)
    expect(await orders).toEqual({ total: 3 })
    expect(app.server.counts).toMatchObject({ requests: 2, grants: 1 })
  })
})

describe.each(['over', 'found to be over'])('a session that is %s', (when) => {
  it.each(['auth.fetch', 'axios'])('is asked once by TanStack Query through %s', async (client) => {
    const queries = createQueryClient(app.auth)
    const api = axiosRecipe.createApi(app.auth, app.apiUrl)
    if (when === 'over') await app.auth.signOut({ endSession: false })
    else app.server.revokeFamilies()
    let tries = 0
    const failure = await failureOf(
      queries.fetchQuery({
        queryKey: ['orders'],
        queryFn: ({ signal }): Promise<unknown> => {
          tries += 1
          return client === 'axios'
            ? api.get<unknown>('/orders', { signal })
            : fetchOrders(app.auth, `${app.apiUrl}/orders`, signal)
        },
      }),
    )
    expect(failure).toBeInstanceOf(Error)
    expect(tries).toBe(1)
  })
})

it('TanStack Query forgets what it has when another user has signed in', async () => {
  const { auth, server } = app
  const signIn = (sub: string): Promise<void> =>
    auth.startSession(server.signIn({ id_token: idToken({ sub }) }))
  await signIn('alice')
  const queries = createQueryClient(auth)
  queries.setQueryData(['orders'], { total: 3 })
  await signIn('alice')
  expect(queries.getQueryData(['orders'])).toEqual({ total: 3 })
  await signIn('bob')
  expect(queries.getQueryData(['orders'])).toBeUndefined()
})

it('TanStack Query forgets what it has when the user is signed out', async () => {
  const queries = createQueryClient(app.auth)
  queries.setQueryData(['orders'], { total: 3 })
  await app.auth.signOut({ endSession: false })
  expect(queries.getQueryData(['orders'])).toBeUndefined()
})

describe('a query that is on the page', () => {
  function show(queryFn: () => Promise<unknown>): () => unknown {
    const queries = createQueryClient(app.auth)
    const observer = new QueryObserver(queries, { queryKey: ['shown'], queryFn })
    onTestFinished(observer.subscribe(() => {}))
    return () => observer.getCurrentResult().data
  }
  const ask = (): Promise<unknown> =>
    fetchOrders(app.auth, `${app.apiUrl}/orders`, new AbortController().signal)

  it('gets its answer, though the user signs out meanwhile', async () => {
    let answer = (): void => {}
    const data = show(async () => {
      await new Promise<void>((resolve) => (answer = resolve))
      return 'public'
    })
    await app.auth.signOut({ endSession: false })
    await expect.poll(() => (answer(), data())).toBe('public')
  })

  it('is asked for again when the same user is back after an end that nobody has asked for', async () => {
    const signIn = (): Promise<void> =>
      app.auth.startSession(app.server.signIn({ id_token: idToken({ sub: 'alice' }) }))
    await signIn()
    app.server.revokeFamilies()
    const data = show(ask)
    await expect.poll(() => app.auth.getState().status).toBe('signed-out')
    expect(data()).toBeUndefined()
    await signIn()
    await expect.poll(data).toEqual({ total: 3 })
  })
})

function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  )
}
