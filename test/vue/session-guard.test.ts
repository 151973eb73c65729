// @vitest-environment happy-dom
import { describe, expect, it, vi } from 'vitest'
import { createApp } from 'vue'
import {
  createMemoryHistory,
  createRouter,
  createWebHistory,
  isNavigationFailure,
  NavigationFailureType,
  type RouteLocationRaw,
  type Router,
  type RouterHistory,
} from 'vue-router'
import { createNavigation } from '../../src/adapters/navigation.ts'
import { createTokenManager } from '../../src/index.ts'
import { createAuth, createSessionGuard, type SessionGuard } from '../../src/vue/index.ts'
import { json } from '../oauth/server-double.ts'
import { failOnComplaints } from '../support/complaints.ts'
import { createDeferred } from '../support/deferred.ts'
import { callbackOf, leaveToSignIn, redeeming, redirectUri } from '../support/sign-in.ts'
import { openSlowTab, whereToReturn } from '../support/slow-tab.ts'
import { createProfile, settle, type Tab } from '../support/tabs.ts'
import { patience } from '../support/patience.ts'

failOnComplaints('warn', 'error')

function routerWith(
  guard: SessionGuard<RouteLocationRaw>,
  history: RouterHistory = createMemoryHistory('/app/'),
): Router {
  const component = { render: () => null }
  const router = createRouter({
    history,
    routes: [
      { path: '/', component },
      { path: '/sign-in-failed', component },
      { path: '/welcome', name: 'welcome', component },
      {
        path: '/orders',
        component,
        meta: { requiresSession: true },
        children: [{ path: ':id', component }],
      },
    ],
  })
  router.beforeEach(guard)
  return router
}

describe('createSessionGuard', () => {
  it('lets everybody pass to routes that require no session, before it is known', async () => {
    const { auth } = createProfile().openTab({
      storage: { read: () => new Promise(() => {}), update: () => new Promise(() => {}) },
    })
    const router = routerWith(createSessionGuard(auth))
    await router.push('/welcome')
    expect(router.currentRoute.value.fullPath).toBe('/welcome')
  })

  it('says so by `true`, as its type has it, to a guard of the app that asks it', async () => {
    const { auth } = createProfile().openTab({ redirectUri })
    await expect(createSessionGuard(auth)({ fullPath: '/welcome', meta: {} })).resolves.toBe(true)
  })

  it('waits for the stored session, and lets a user with one pass', async () => {
    const profile = createProfile()
    await profile.openSignedInTab()
    const storage = createDeferred()
    profile.store.readsAfter = storage.promise
    const tab = profile.openTab({ redirectUri })
    const router = routerWith(createSessionGuard(tab.auth))
    const arriving = router.push('/orders/7')
    await settle()
    expect(router.currentRoute.value.matched).toEqual([])
    storage.resolve()
    await arriving
    expect(router.currentRoute.value.fullPath).toBe('/orders/7')
    expect(tab.navigation.left).toEqual([])
  })

  it('begins a sign-in that comes back to the route', async () => {
    const profile = createProfile()
    const before = profile.openTab({ redirectUri })
    void routerWith(createSessionGuard(before.auth)).push('/orders/7?open=1#first')
    const left = new URL(await vi.waitUntil(() => before.navigation.left[0], patience))
    expect(before.navigation.left).toHaveLength(1)
    profile.server.answerNext(redeeming(profile, left))

    const after = profile.openTab({ redirectUri }, {}, callbackOf(left))
    const router = routerWith(createSessionGuard(after.auth))
    const arrived = await after.auth.handleRedirect()
    await router.replace(arrived?.returnTo ?? '/')
    expect(router.currentRoute.value.fullPath).toBe('/orders/7?open=1#first')
  })

  it('redirects instead if it is told where to', async () => {
    const tab = createProfile().openTab({ redirectUri })
    const redirect = ({ fullPath }: { fullPath: string }): RouteLocationRaw => ({
      name: 'welcome',
      query: { returnTo: fullPath },
    })
    const router = routerWith(createSessionGuard(tab.auth, { redirect }))
    await router.push('/orders')
    expect(router.currentRoute.value.fullPath).toBe('/welcome?returnTo=/orders')
    expect(tab.navigation.left).toEqual([])
  })

  it('fails the navigation if the sign-in cannot begin', async () => {
    const { auth } = createProfile().openTab()
    const router = routerWith(createSessionGuard(auth))
    const errors: unknown[] = []
    router.onError((error) => errors.push(error))
    await expect(router.push('/orders')).rejects.toThrow('redirectUri')
    expect(errors).toHaveLength(1)
    expect(router.currentRoute.value.matched).toEqual([])
  })

  it('fails the navigation if the user comes back from the login page, and begins again', async () => {
    const { auth, page, navigation } = createProfile().openTab({ redirectUri })
    const router = routerWith(createSessionGuard(auth))
    const failed: string[] = []
    router.onError((_error, { fullPath }) => {
      failed.push(fullPath)
      return router.replace({ path: '/sign-in-failed', query: { returnTo: fullPath } })
    })
    for (let left = 1; left <= 2; left += 1) {
      const going = router.push('/orders/7?open=1')
      await vi.waitUntil(() => navigation.left.length === left, patience)
      page.emit('hide')
      page.emit('restore')
      await expect(going).rejects.toMatchObject({ name: 'SignInError', code: 'NOT_LEFT' })
      await vi.waitUntil(() => router.currentRoute.value.path === '/sign-in-failed', patience)
      expect(router.currentRoute.value.query).toEqual({ returnTo: '/orders/7?open=1' })
    }
    expect(failed).toEqual(['/orders/7?open=1', '/orders/7?open=1'])
  })

  it('sends the user where it is told to instead, and begins again at the next time', async () => {
    const { auth, page, navigation } = createProfile().openTab({ redirectUri })
    const errors: unknown[] = []
    const failed = ({ fullPath }: { fullPath: string }, error: unknown): RouteLocationRaw => {
      errors.push(error)
      return { path: '/sign-in-failed', query: { returnTo: fullPath } }
    }
    const router = routerWith(createSessionGuard(auth, { failed }))
    router.onError((error) => errors.push(error))
    for (let left = 1; left <= 2; left += 1) {
      const going = router.push('/orders/7?open=1')
      await vi.waitUntil(() => navigation.left.length === left, patience)
      page.emit('hide')
      page.emit('restore')
      await going
      expect(router.currentRoute.value.path).toBe('/sign-in-failed')
      expect(router.currentRoute.value.query).toEqual({ returnTo: '/orders/7?open=1' })
    }
    const back = expect.objectContaining({ name: 'SignInError', code: 'NOT_LEFT' })
    expect(errors).toEqual([back, back])
  })

  it('fails the navigation with what is thrown by the app instead', async () => {
    const { auth } = createProfile().openTab()
    const failed = (): never => {
      throw new Error('of the app')
    }
    const router = routerWith(createSessionGuard(auth, { failed }))
    router.onError(() => {})
    await expect(router.push('/orders')).rejects.toThrow('of the app')
  })

  it.each([
    ['succeeds', '/orders/7'],
    ['fails', '/sign-in-failed'],
  ])('leaves nothing of a callback in the address, if the sign-in %s', async (_, path) => {
    const { origin } = location
    const own = { redirectUri: `${origin}/callback` }
    const profile = createProfile()
    const before = profile.openTab(own, {}, `${origin}/`)
    const left = await leaveToSignIn(before, { returnTo: '/orders/7' })
    const isGood = path === '/orders/7'
    profile.server.answerNext(({ parameters }) =>
      isGood && parameters.get('code') === 'code-secret-1'
        ? json(200, { ...profile.server.signIn(), id_token: undefined })
        : json(400, { error: 'invalid_grant' }),
    )
    const query = `code=code-secret-1&state=${left.searchParams.get('state')}`
    history.replaceState(null, '', `/callback?${query}`)
    const { auth } = profile.openTab(own, { navigation: createNavigation() })

    // As the guide has it: the history looks at the address before the callback is finished.
    const router = routerWith(createSessionGuard(auth), createWebHistory())
    try {
      const arrived = await auth.handleRedirect()
      if (arrived) await router.replace(arrived.returnTo)
    } catch {
      await router.replace('/sign-in-failed')
    }
    const app = createApp(() => null)
    app.use(createAuth(auth)).use(router).mount(document.createElement('div'))
    await settle()
    expect(location.href).toBe(origin + path)
    expect(router.currentRoute.value.fullPath).toBe(path)
    app.unmount()
  })

  it('lets everybody pass on a server', async () => {
    vi.stubGlobal('window', undefined)
    const auth = createTokenManager({
      authorizationServer: 'https://login.example.com',
      clientId: 'spa',
    })
    vi.unstubAllGlobals()
    expect(await auth.ready).toEqual({ status: 'restoring' })
    const router = routerWith(createSessionGuard(auth))
    await router.push('/orders')
    expect(router.currentRoute.value.fullPath).toBe('/orders')
  })
})

/** A tab whose storage has not answered yet. */
function openWaitingTab(): { tab: Tab; answer: () => void } {
  const profile = createProfile()
  const storage = createDeferred()
  profile.store.readsAfter = storage.promise
  return { tab: profile.openTab({ redirectUri }), answer: storage.resolve }
}

/** How an app adds the guard; the second way sees only navigations to guarded routes. */
const ways: readonly (readonly [
  name: string,
  add: (guard: SessionGuard<RouteLocationRaw>) => Router,
])[] = [
  ['beforeEach', (guard) => routerWith(guard)],
  [
    'beforeEnter',
    (guard) => {
      const component = { render: () => null }
      const orders = { component, beforeEnter: guard, meta: { requiresSession: true } }
      return createRouter({
        history: createMemoryHistory('/app/'),
        routes: [
          { path: '/', component },
          { path: '/welcome', component },
          { path: '/orders', ...orders },
          { path: '/orders/:id', ...orders },
        ],
      })
    },
  ],
]

/** In an app, at the page that is open to everybody. */
async function startIn({ auth }: Tab, router: Router): Promise<() => void> {
  const app = createApp(() => null)
  app.use(createAuth(auth)).use(router).mount(document.createElement('div'))
  await router.push('/')
  return () => app.unmount()
}

const redirect = ({ fullPath }: { fullPath: string }): RouteLocationRaw => ({
  path: '/',
  query: { returnTo: fullPath },
})
const outcomes = [
  ['sign-in', undefined],
  ['redirect', redirect],
] as const

/** Goes to a guarded page, and to this one before the guard has its answer. */
async function replaceBy(router: Router, path: string, answer: () => void): Promise<void> {
  const first = router.push('/orders/7')
  await settle()
  await router.push(path)
  answer()
  expect(isNavigationFailure(await first, NavigationFailureType.cancelled)).toBe(true)
  await settle()
}

describe.each(ways)('a navigation that another one has replaced, with %s', (_, add) => {
  it.each(outcomes)('begins no %s', async (__, to) => {
    const { tab, answer } = openWaitingTab()
    const router = add(createSessionGuard(tab.auth, { redirect: to }))
    const close = await startIn(tab, router)
    await replaceBy(router, '/welcome', answer)
    await settle()
    expect(router.currentRoute.value.fullPath).toBe('/welcome')
    expect(tab.navigation.left).toEqual([])
    close()
  })

  it.each(outcomes)('begins no %s while the next page is still loading', async (__, to) => {
    const { tab, answer } = openWaitingTab()
    const router = add(createSessionGuard(tab.auth, { redirect: to }))
    const chunk = createDeferred()
    router.addRoute({
      path: '/lazy',
      component: () => chunk.promise.then(() => ({ render: () => null })),
    })
    const close = await startIn(tab, router)
    const first = router.push('/orders/7')
    await settle()
    const second = router.push('/lazy')
    await settle()
    answer()
    expect(isNavigationFailure(await first, NavigationFailureType.cancelled)).toBe(true)
    chunk.resolve()
    await second
    expect(router.currentRoute.value.fullPath).toBe('/lazy')
    expect(tab.navigation.left).toEqual([])
    close()
  })

  it.each(outcomes)('begins no %s if the user stays where he is', async (__, to) => {
    const { tab, answer } = openWaitingTab()
    const router = add(createSessionGuard(tab.auth, { redirect: to }))
    const close = await startIn(tab, router)
    await replaceBy(router, '/', answer)
    expect(router.currentRoute.value.fullPath).toBe('/')
    expect(tab.navigation.left).toEqual([])
    close()
  })

  it('begins no sign-in while the server is being asked where it is', async () => {
    const { tab, answer } = openSlowTab()
    const router = add(createSessionGuard(tab.auth))
    const errors: unknown[] = []
    router.onError((error) => errors.push(error))
    const close = await startIn(tab, router)
    await replaceBy(router, '/welcome', answer)
    expect(router.currentRoute.value.fullPath).toBe('/welcome')
    expect([...tab.navigation.left, ...errors]).toEqual([])
    close()
  })

  it('says nothing of where the sign-in of the next one comes back to, then either', async () => {
    const { tab, answer } = openSlowTab()
    const router = add(createSessionGuard(tab.auth))
    const close = await startIn(tab, router)
    void router.push('/orders/7')
    await settle()
    void router.push('/orders/8?open=1')
    await settle()
    answer()
    expect(await whereToReturn(tab)).toBe('/orders/8?open=1')
    close()
  })

  it('says nothing of where the sign-in of the next one comes back to', async () => {
    const { tab, answer } = openWaitingTab()
    const signIn = vi.spyOn(tab.auth, 'signIn')
    const router = add(createSessionGuard(tab.auth))
    const close = await startIn(tab, router)
    void router.push('/orders/7')
    await settle()
    void router.push('/orders/8?open=1')
    await settle()
    answer()
    await vi.waitUntil(() => tab.navigation.left.length > 0, patience)
    expect(new Set(signIn.mock.calls.map(([options]) => options?.returnTo))).toEqual(
      new Set(['/orders/8?open=1']),
    )
    close()
  })

  it.each([false, true])(
    'reports no sign-in that came to nothing afterwards',
    async (redirects) => {
      const tab = createProfile().openTab({ redirectUri })
      const errors: unknown[] = []
      const failed = (_to: unknown, error: unknown): RouteLocationRaw => {
        errors.push(error)
        return '/'
      }
      const router = add(createSessionGuard(tab.auth, redirects ? { failed } : {}))
      router.onError((error) => errors.push(error))
      const close = await startIn(tab, router)
      const first = router.push('/orders/7')
      await vi.waitUntil(() => tab.navigation.left.length === 1, patience)
      await router.push('/welcome')
      tab.page.emit('restore')
      expect(isNavigationFailure(await first, NavigationFailureType.cancelled)).toBe(true)
      expect(errors).toEqual([])
      expect(router.currentRoute.value.fullPath).toBe('/welcome')
      close()
    },
  )
})

it('is guarded, though an older guarded one comes to the guard after it', async () => {
  const { tab, answer } = openWaitingTab()
  const held = createDeferred()
  const component = { render: () => null }
  const meta = { requiresSession: true }
  const router = createRouter({
    history: createMemoryHistory('/app/'),
    routes: [
      { path: '/', component },
      { path: '/orders/:id', component, meta },
    ],
  })
  router.beforeEach(async ({ path }) => {
    if (path === '/orders/8') await held.promise
  })
  router.beforeEach(createSessionGuard(tab.auth))
  const close = await startIn(tab, router)
  void router.push('/orders/8')
  await settle()
  void router.push('/orders/7')
  await settle()
  held.resolve()
  await settle()
  answer()
  await vi.waitUntil(() => tab.navigation.left.length > 0, patience)
  expect(router.currentRoute.value.fullPath).toBe('/')
  close()
})

it('tells of what `redirect` throws as it is, and not as a sign-in that failed', async () => {
  const tab = createProfile().openTab({ redirectUri })
  const thrown = new Error('no such route')
  const failed = vi.fn<() => RouteLocationRaw>(() => '/')
  const guard = createSessionGuard<RouteLocationRaw>(tab.auth, {
    failed,
    redirect() {
      throw thrown
    },
  })
  await expect(guard({ fullPath: '/orders', meta: { requiresSession: true } })).rejects.toBe(thrown)
  expect(failed).not.toHaveBeenCalled()
})

describe('a navigation that has replaced another one', () => {
  it('is guarded, whatever becomes of the other one', async () => {
    const { tab, answer } = openWaitingTab()
    const guard = createSessionGuard(tab.auth)
    const slow = createDeferred()
    // The app has a guard that comes first, and waits for something of the one page.
    const router = routerWith(async ({ fullPath }) => {
      if (fullPath === '/welcome') await slow.promise
      return true
    })
    router.beforeEach(guard)
    const close = await startIn(tab, router)
    const before = router.push('/welcome')
    await settle()
    void router.push('/orders/7')
    await settle()
    slow.resolve()
    expect(isNavigationFailure(await before, NavigationFailureType.cancelled)).toBe(true)
    answer()
    await vi.waitUntil(() => tab.navigation.left.length === 1, patience)
    expect(router.currentRoute.value.fullPath).toBe('/')
    close()
  })
})
