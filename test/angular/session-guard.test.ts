// @vitest-environment happy-dom
import '@angular/compiler'
import { Component, inject } from '@angular/core'
import {
  provideRouter,
  Router,
  withNavigationErrorHandler,
  type CanActivateFn,
} from '@angular/router'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createSessionGuard } from '../../src/angular/index.ts'
import { createTokenManager, type TokenManager } from '../../src/index.ts'
import { createDeferred } from '../support/deferred.ts'
import { patience } from '../support/patience.ts'
import { redirectUri } from '../support/sign-in.ts'
import { createProfile, settle } from '../support/tabs.ts'
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
