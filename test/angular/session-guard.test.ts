// @vitest-environment happy-dom
import '@angular/compiler'
import { Component, inject } from '@angular/core'
import {
  provideRouter,
  Router,
  withNavigationErrorHandler,
  type CanActivateFn,
  type UrlTree,
} from '@angular/router'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createSessionGuard } from '../../src/angular/index.ts'
import { createTokenManager, type TokenManager } from '../../src/index.ts'
import { createDeferred } from '../support/deferred.ts'
import { patience } from '../support/patience.ts'
import { redirectUri } from '../support/sign-in.ts'
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
  history.replaceState(null, '', '/')
})

async function routerOf(
  auth: TokenManager,
  guard: CanActivateFn,
  onError: (error: unknown) => void = () => {},
): Promise<Router> {
  const routes = [
    { path: 'orders', component: Empty, canActivate: [guard] },
    { path: 'orders/:id', component: Empty, canActivate: [guard] },
    { path: '**', component: Empty },
  ]
  const handler = withNavigationErrorHandler(({ error }) => onError(error))
  app = await startApp(auth, { providers: [provideRouter(routes, handler)] })
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

  it.each(['/', '/shop/'])(
    'begins a sign-in that comes back to the route, below %s',
    async (base) => {
      document.head.appendChild(document.createElement('base')).href = base
      const tab = createProfile().openTab({ redirectUri })
      const signIn = vi.spyOn(tab.auth, 'signIn')
      const router = await routerOf(tab.auth, createSessionGuard())
      void router.navigateByUrl('/orders/7?open=1#first')
      await vi.waitUntil(() => tab.navigation.left.length === 1, patience)
      expect(signIn).toHaveBeenCalledExactlyOnceWith({ returnTo: `${base}orders/7?open=1#first` })
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

describe('a navigation that another one has replaced', () => {
  const redirect = ({ url }: { url: string }): UrlTree =>
    inject(Router).createUrlTree(['/sign-in'], { queryParams: { returnTo: url } })

  it.each([
    ['sign-in', undefined],
    ['redirect', redirect],
  ])('begins no %s', async (_, to) => {
    const { tab, answer } = openWaitingTab()
    const router = await routerOf(tab.auth, createSessionGuard({ redirect: to }))
    const first = router.navigateByUrl('/orders/7')
    await settle()
    await router.navigateByUrl('/welcome')
    answer()
    expect(await first).toBe(false)
    await settle()
    expect(router.url).toBe('/welcome')
    expect(tab.navigation.left).toEqual([])
  })

  it('begins no sign-in if the user stays where he is', async () => {
    const { tab, answer } = openWaitingTab()
    const router = await routerOf(tab.auth, createSessionGuard())
    await router.navigateByUrl('/welcome')
    const first = router.navigateByUrl('/orders/7')
    await settle()
    await router.navigateByUrl('/welcome')
    answer()
    expect(await first).toBe(false)
    await settle()
    expect(router.url).toBe('/welcome')
    expect(tab.navigation.left).toEqual([])
  })

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
    expect(signIn).toHaveBeenCalledExactlyOnceWith({ returnTo: '/orders/8?open=1' })
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
