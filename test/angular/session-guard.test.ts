// @vitest-environment happy-dom
import '@angular/compiler'
import { APP_BASE_HREF, ɵgetDOM as getDom } from '@angular/common'
import { Component, inject } from '@angular/core'
import {
  provideRouter,
  Router,
  withHashLocation,
  withNavigationErrorHandler,
  type CanActivateFn,
  type RouterFeatures,
  type UrlTree,
} from '@angular/router'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createSessionGuard } from '../../src/angular/index.ts'
import { createTokenManager, type TokenManager } from '../../src/index.ts'
import { createDeferred } from '../support/deferred.ts'
import { patience } from '../support/patience.ts'
import { redirectUri } from '../support/sign-in.ts'
import { openSlowTab, whereToReturn } from '../support/slow-tab.ts'
import { createProfile, settle, type Tab } from '../support/tabs.ts'
import { startApp, type App } from './app.ts'

class Empty {
  readonly isEmpty = true
}
Component({ selector: 'app-empty', template: '' })(Empty)

let app: App | undefined
afterEach(() => {
  app?.close()
  document.querySelector('base')?.remove()
  // Angular reads the address of the document once for all apps.
  getDom().resetBaseElement()
  history.replaceState(null, '', '/')
})

/** How an app says where it is. */
interface Layout {
  /** `<base href>`. */
  readonly base?: string
  /** `APP_BASE_HREF`. */
  readonly href?: string
  readonly isHash?: boolean
}

async function routerOf(
  auth: TokenManager,
  guard: CanActivateFn,
  onError: (error: unknown) => void = () => {},
  { href, isHash = false }: Layout = {},
): Promise<Router> {
  const routes = [
    { path: 'orders', component: Empty, canActivate: [guard] },
    { path: 'orders/:id', component: Empty, canActivate: [guard] },
    { path: '**', component: Empty },
  ]
  const handler = withNavigationErrorHandler(({ error }) => onError(error))
  const features: RouterFeatures[] = isHash ? [handler, withHashLocation()] : [handler]
  const providers = [
    provideRouter(routes, ...features),
    href === undefined ? [] : { provide: APP_BASE_HREF, useValue: href },
  ]
  app = await startApp(auth, { providers })
  return app.ref.injector.get(Router)
}

/** A tab whose storage has not answered yet. */
function openWaitingTab(): { tab: Tab; answer: () => void } {
  const profile = createProfile()
  const storage = createDeferred()
  profile.store.readsAfter = storage.promise
  return { tab: profile.openTab({ redirectUri }), answer: storage.resolve }
}

describe('createSessionGuard', () => {
  it('waits for the stored session, and lets a user with one pass', async () => {
    const profile = createProfile()
    await profile.openSignedInTab()
    const storage = createDeferred()
    profile.store.readsAfter = storage.promise
    const tab = profile.openTab({ redirectUri })
    const router = await routerOf(tab.auth, createSessionGuard())
    const arriving = router.navigateByUrl('/orders/7')
    await settle()
    expect(router.url).toBe('/')
    storage.resolve()
    expect(await arriving).toBe(true)
    expect(router.url).toBe('/orders/7')
    expect(tab.navigation.left).toEqual([])
  })

  it.each<readonly [layout: string, Layout, page: string, returnTo: string]>([
    ['<base>', { base: '/' }, '/customers/5', '/orders/7'],
    ['<base> of a folder', { base: '/shop/' }, '/shop/customers/5', '/shop/orders/7'],
    ['APP_BASE_HREF alone', { href: '/' }, '/customers/5', '/orders/7'],
    ['APP_BASE_HREF of a folder', { href: '/shop' }, '/shop/customers/5', '/shop/orders/7'],
    ['both', { base: '/', href: '/shop/' }, '/shop/customers/5', '/shop/orders/7'],
    ['neither', {}, '/customers/5', '/orders/7'],
    ['#', { isHash: true }, '/shop/?a=1#/customers/5', '/shop/?a=1#/orders/7'],
    ['# and <base>', { isHash: true, base: '/shop/' }, '/shop/#/customers/5', '/shop/#/orders/7'],
    ['# and APP_BASE_HREF', { isHash: true, href: '/shop/' }, '/?a=1#x', '/?a=1#/shop/orders/7'],
  ])(
    'begins a sign-in that comes back to the address of the route, with %s',
    async (_, layout, page, address) => {
      if (layout.base) document.head.appendChild(document.createElement('base')).href = layout.base
      history.replaceState(null, '', page)
      const returnTo = `${address}?open=1#first`
      const tab = createProfile().openTab({ redirectUri })
      const signIn = vi.spyOn(tab.auth, 'signIn')
      const router = await routerOf(tab.auth, createSessionGuard(), undefined, layout)
      void router.navigateByUrl('/orders/7?open=1#first')
      await vi.waitUntil(() => tab.navigation.left.length === 1, patience)
      expect(signIn).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ returnTo }))
      // The router itself gives the route this address.
      router.resetConfig([{ path: '**', component: Empty }])
      await router.navigateByUrl('/orders/7?open=1#first')
      expect(location.pathname + location.search + location.hash).toBe(returnTo)
    },
  )

  it('redirects instead if it is told where to', async () => {
    const tab = createProfile().openTab({ redirectUri })
    const guard = createSessionGuard({
      redirect: ({ url }) =>
        inject(Router).createUrlTree(['/welcome'], { queryParams: { returnTo: url } }),
    })
    const router = await routerOf(tab.auth, guard)
    await router.navigateByUrl('/orders')
    expect(router.url).toBe('/welcome?returnTo=%2Forders')
    expect(tab.navigation.left).toEqual([])
  })

  it('fails the navigation if the user comes back from the login page', async () => {
    const { auth, page, navigation } = createProfile().openTab({ redirectUri })
    const errors: unknown[] = []
    const router = await routerOf(auth, createSessionGuard(), (error) => errors.push(error))
    const going = router.navigateByUrl('/orders').catch(() => undefined)
    await vi.waitUntil(() => navigation.left.length === 1, patience)
    page.emit('hide')
    page.emit('restore')
    await going
    expect(errors).toEqual([expect.objectContaining({ code: 'NOT_LEFT' })])
  })

  it('lets everybody pass on a server', async () => {
    vi.stubGlobal('window', undefined)
    const auth = createTokenManager({
      authorizationServer: 'https://login.example.com',
      clientId: 'spa',
    })
    vi.unstubAllGlobals()
    const router = await routerOf(auth, createSessionGuard())
    await router.navigateByUrl('/orders')
    expect(router.url).toBe('/orders')
  })
})

/** Goes to a guarded page, and to one for everybody before the guard has its answer. */
async function replaceByWelcome(router: Router, answer: () => void): Promise<void> {
  const first = router.navigateByUrl('/orders/7')
  await settle()
  await router.navigateByUrl('/welcome')
  answer()
  expect(await first).toBe(false)
  await settle()
  expect(router.url).toBe('/welcome')
}

describe('a navigation that another one has replaced', () => {
  const redirect = ({ url }: { url: string }): UrlTree =>
    inject(Router).createUrlTree(['/sign-in'], { queryParams: { returnTo: url } })

  it.each([
    ['sign-in', undefined],
    ['redirect', redirect],
  ])('begins no %s', async (_, to) => {
    const { tab, answer } = openWaitingTab()
    const router = await routerOf(tab.auth, createSessionGuard({ redirect: to }))
    await replaceByWelcome(router, answer)
    expect(tab.navigation.left).toEqual([])
  })

  it('begins no sign-in if the user stays where he is', async () => {
    const { tab, answer } = openWaitingTab()
    const router = await routerOf(tab.auth, createSessionGuard())
    await router.navigateByUrl('/welcome')
    await replaceByWelcome(router, answer)
    expect(tab.navigation.left).toEqual([])
  })

  it.each([
    ['/welcome', undefined],
    ['/orders/8', '/orders/8'],
  ])(
    'takes nobody away while the server is being asked where it is, for %s',
    async (to, returnTo) => {
      const { tab, answer } = openSlowTab()
      const router = await routerOf(tab.auth, createSessionGuard())
      const first = router.navigateByUrl('/orders/7')
      await settle()
      const second = router.navigateByUrl(to)
      await settle()
      answer()
      if (returnTo) expect(await whereToReturn(tab)).toBe(returnTo)
      else expect(await second).toBe(true)
      expect(await first).toBe(false)
      await settle()
      expect(tab.navigation.left).toHaveLength(returnTo ? 1 : 0)
    },
  )

  it('says nothing of where the sign-in of the next one comes back to', async () => {
    const { tab, answer } = openWaitingTab()
    const signIn = vi.spyOn(tab.auth, 'signIn')
    const router = await routerOf(tab.auth, createSessionGuard())
    void router.navigateByUrl('/orders/7')
    await settle()
    void router.navigateByUrl('/orders/8?open=1')
    await settle()
    answer()
    await vi.waitUntil(() => tab.navigation.left.length > 0, patience)
    const wanted = { returnTo: '/orders/8?open=1' }
    expect(signIn).toHaveBeenCalledExactlyOnceWith(expect.objectContaining(wanted))
  })

  it('reports no sign-in that came to nothing afterwards', async () => {
    const { auth, page, navigation } = createProfile().openTab({ redirectUri })
    const errors: unknown[] = []
    const router = await routerOf(auth, createSessionGuard(), (error) => errors.push(error))
    const first = router.navigateByUrl('/orders/7')
    await vi.waitUntil(() => navigation.left.length === 1, patience)
    await router.navigateByUrl('/welcome')
    page.emit('restore')
    expect(await first).toBe(false)
    await settle()
    expect(errors).toEqual([])
    expect(router.url).toBe('/welcome')
  })

  it('begins none if the app aborts it, or another guard of the route says no at once', async () => {
    const { tab, answer } = openWaitingTab()
    const guard = createSessionGuard()
    const router = await routerOf(tab.auth, guard)
    router.resetConfig([
      { path: 'closed', component: Empty, canActivate: [() => false, guard] },
      { path: 'orders', component: Empty, canActivate: [guard] },
      { path: '**', component: Empty },
    ])
    expect(await router.navigateByUrl('/closed')).toBe(false)
    const first = router.navigateByUrl('/orders')
    await settle()
    router.getCurrentNavigation()?.abort()
    answer()
    expect(await first).toBe(false)
    await settle()
    expect(tab.navigation.left).toEqual([])
  })
})
