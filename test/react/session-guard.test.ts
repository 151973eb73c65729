// @vitest-environment happy-dom
import { createElement as h, type ReactNode } from 'react'
import { createBrowserRouter, redirect, RouterProvider, useRouteError } from 'react-router'
import type { RouteObject } from 'react-router'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createNavigation } from '../../src/adapters/navigation.ts'
import { AuthProvider, createSessionGuard, type SessionGuard } from '../../src/react/index.ts'
import { json } from '../oauth/server-double.ts'
import { failOnComplaints } from '../support/complaints.ts'
import { createDeferred } from '../support/deferred.ts'
import { idToken } from '../support/id-token.ts'
import { patience } from '../support/patience.ts'
import { callbackOf, leaveToSignIn, redeeming, redirectUri } from '../support/sign-in.ts'
import { openSlowTab, whereToReturn } from '../support/slow-tab.ts'
import { createProfile, settle, type Tab } from '../support/tabs.ts'
import { acting, mount } from './mount.ts'

failOnComplaints('warn', 'error')

const origin = 'https://app.example'
const visit = (path: string): void => {
  const { happyDOM } = window as unknown as { happyDOM: { setURL(url: string): void } }
  happyDOM.setURL(origin + path)
}

type Router = ReturnType<typeof createBrowserRouter>
let router: Router | undefined
beforeEach(() => visit('/'))
afterEach(() => router?.dispose())

function Failed(): ReactNode {
  return `failed: ${(useRouteError() as { code?: string }).code}`
}

/** Every kind of route, each with a loader that notes that it has run. */
function routerWith(guard: SessionGuard): { readonly router: Router; readonly loaded: string[] } {
  const loaded: string[] = []
  const note = (name: string) => () => {
    loaded.push(name)
    return null
  }
  const all: RouteObject[] = [
    { path: '/', element: 'welcome' },
    { path: '/callback', element: 'callback' },
    { path: '/orders', element: 'orders', loader: guard, errorElement: h(Failed) },
    {
      path: '/admin',
      middleware: [guard],
      children: [{ path: 'users', element: 'users', loader: note('users') }],
    },
    { path: '/home', element: 'home', loader: guard },
    {
      path: '/inside',
      element: 'inside',
      async loader(args) {
        await guard(args)
        return note('inside')()
      },
    },
  ]
  const routes = all.map((route) => ({ ...route, hydrateFallbackElement: 'loading' }))
  router = createBrowserRouter(routes)
  return { router, loaded }
}

const shownBy = (of: Router): ReturnType<typeof mount> => mount(h(RouterProvider, { router: of }))

/** Where a sign-in of this tab is to come back to. */
async function returnToOf(tab: Tab): Promise<string | undefined> {
  const left = new URL(await vi.waitUntil(() => tab.navigation.left[0], patience))
  expect(tab.navigation.left).toHaveLength(1)
  return left.href
}

describe('createSessionGuard', () => {
  it('waits for the stored session, and lets a user with one pass', async () => {
    const profile = createProfile()
    await profile.openSignedInTab()
    const storage = createDeferred()
    profile.store.readsAfter = storage.promise
    const tab = profile.openTab({ redirectUri })
    visit('/orders')
    const { text } = await shownBy(routerWith(createSessionGuard(tab.auth)).router)
    expect(text()).toBe('loading')
    await acting(() => storage.resolve())
    expect(text()).toBe('orders')
    expect(tab.navigation.left).toEqual([])
  })

  it.each([
    ['a page that is opened', true],
    ['a link that is followed', false],
  ])('begins a sign-in that comes back to %s, query and fragment included', async (_, isOpened) => {
    const profile = createProfile()
    const tab = profile.openTab({ redirectUri })
    const path = '/orders?open=1&q=a%20b#first'
    if (isOpened) visit(path)
    const { router: routes } = routerWith(createSessionGuard(tab.auth))
    const { text } = await shownBy(routes)
    if (!isOpened) await acting(() => void routes.navigate(path))
    const left = new URL((await returnToOf(tab)) ?? '')
    expect(text()).toBe(isOpened ? 'loading' : 'welcome')
    profile.server.answerNext(redeeming(profile, left))
    const back = profile.openTab({ redirectUri }, {}, callbackOf(left))
    expect(await back.auth.handleRedirect()).toEqual({ returnTo: path })
  })

  it.each([
    ['/callback', undefined],
    ['/orders?open=2', '/orders?open=2'],
  ])(
    'takes nobody away while the server is being asked where it is, but for the last link: %s',
    async (to, returnTo) => {
      const { tab, answer } = openSlowTab()
      const { router: routes } = routerWith(createSessionGuard(tab.auth))
      const { text } = await shownBy(routes)
      for (const path of ['/orders', to]) await acting(() => void routes.navigate(path))
      await acting(answer)
      await settle()
      expect(text()).toBe(returnTo ? 'welcome' : 'callback')
      if (returnTo) expect(await whereToReturn(tab)).toBe(returnTo)
      expect(tab.navigation.left).toHaveLength(returnTo ? 1 : 0)
    },
  )

  it('knows the fragment of a page that is opened from a router that does not tell it', async () => {
    const tab = createProfile().openTab({ redirectUri })
    const told: string[] = []
    const guard = createSessionGuard(tab.auth, {
      redirect(returnTo) {
        told.push(returnTo)
        return redirect('/')
      },
    })
    visit('/orders?open=1#first')
    const [opened, followed] = ['/orders?open=1', '/orders?open=2']
    for (const path of [opened, followed]) {
      await guard({ request: new Request(origin + path) }).catch(() => {})
    }
    expect(told).toEqual(['/orders?open=1#first', '/orders?open=2'])
  })

  it('redirects instead, if told to', async () => {
    const tab = createProfile().openTab({ redirectUri })
    const to = (returnTo: string): Response =>
      redirect(`/?returnTo=${encodeURIComponent(returnTo)}`)
    visit('/orders#first')
    const { router: routes } = routerWith(createSessionGuard(tab.auth, { redirect: to }))
    const { text } = await shownBy(routes)
    expect(text()).toBe('welcome')
    expect(location.search).toBe('?returnTo=%2Forders%23first')
    expect(tab.navigation.left).toEqual([])
  })

  it.each(['/admin/users', '/inside'])('keeps the loaders from running: %s', async (path) => {
    const profile = createProfile()
    const tab = profile.openTab({ redirectUri })
    visit(path)
    const { router: routes, loaded } = routerWith(createSessionGuard(tab.auth))
    const { text } = await shownBy(routes)
    await returnToOf(tab)
    expect([text(), loaded]).toEqual(['loading', []])
    routes.dispose()
    await profile.openSignedInTab()
    const again = routerWith(createSessionGuard(profile.openTab().auth))
    expect((await shownBy(again.router)).text()).toBe(path.slice(1).replace('admin/', ''))
    expect(again.loaded).toHaveLength(1)
  })

  it('fails the route when the user comes back from the login page', async () => {
    const tab = createProfile().openTab({ redirectUri })
    visit('/orders')
    const { text } = await shownBy(routerWith(createSessionGuard(tab.auth)).router)
    await acting(() => returnToOf(tab))
    await acting(() => tab.page.emit('hide'))
    await acting(() => tab.page.emit('restore'))
    expect(text()).toBe('failed: NOT_LEFT')
  })

  it('begins nothing for a link that was followed while the session was read, and left again', async () => {
    const profile = createProfile()
    const storage = createDeferred()
    profile.store.readsAfter = storage.promise
    const tab = profile.openTab({ redirectUri })
    const { router: routes } = routerWith(createSessionGuard(tab.auth))
    const { text } = await shownBy(routes)
    await acting(() => void routes.navigate('/orders'))
    await acting(() => void routes.navigate('/callback'))
    await acting(() => storage.resolve())
    expect([text(), tab.navigation.left]).toEqual(['callback', []])
  })

  it('lets everybody pass on a server', async () => {
    const { auth } = createProfile().openTab({
      storage: { read: () => new Promise(() => {}), update: () => new Promise(() => {}) },
    })
    const onServer = { ...auth, ready: Promise.resolve({ status: 'restoring' as const }) }
    const request = new Request(`${origin}/orders`)
    expect(await createSessionGuard(onServer)({ request })).toBeNull()
  })

  it.each([true, false])(
    'finishes the sign-in on the route it comes back to; a provider does too: %s',
    async (isProvided) => {
      const profile = createProfile()
      const uri = `${origin}/home`
      const leaving = profile.openTab({ redirectUri: uri })
      const left = await leaveToSignIn(leaving, { returnTo: '/inside?a#b' })
      const callback = callbackOf(left).replace(redirectUri, uri)
      const nonce = left.searchParams.get('nonce') ?? undefined
      const reply = profile.server.signIn({ id_token: idToken({ nonce }) })
      profile.server.answerNext(() => json(200, reply))
      visit(callback.slice(origin.length))
      const leaveFor = vi.fn()
      const navigation = { ...createNavigation(), leaveFor }
      const { auth } = profile.openTab({ redirectUri: uri }, { navigation })
      const { router: routes } = routerWith(createSessionGuard(auth))
      const onSignedIn = (returnTo: string): unknown => routes.navigate(returnTo, { replace: true })
      const page = h(RouterProvider, { router: routes })
      const { text } = await mount(
        isProvided ? h(AuthProvider, { manager: auth, onSignedIn }, page) : page,
      )
      await acting(() => vi.waitUntil(() => location.pathname === '/inside', patience))
      expect(text()).toBe('inside')
      expect(location.href).toBe(`${origin}/inside?a#b`)
      expect(leaveFor).not.toHaveBeenCalled()
      expect(profile.sent).toHaveLength(1)
    },
  )
})
