// @vitest-environment happy-dom
import '@angular/compiler'
import * as angularCommon from '@angular/common'
import * as angularHttp from '@angular/common/http'
import * as angularCore from '@angular/core'
import * as rxjsInterop from '@angular/core/rxjs-interop'
import { bootstrapApplication } from '@angular/platform-browser'
import * as angularRouter from '@angular/router'
import * as rxjs from 'rxjs'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import * as tokenringAngular from '../../src/angular/index.ts'
import * as tokenring from '../../src/index.ts'
import { patience } from '../support/patience.ts'
import { runGuide } from '../support/run-guide.ts'
import { callbackOf, leaveToSignIn, redirectUri } from '../support/sign-in.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'

let profile: Profile
let tab: Tab
let router: angularRouter.Router
let app: angularCore.ApplicationRef | undefined
let made: string[]
beforeEach(() => {
  profile = createProfile()
  made = []
  // What fails a navigation is reported by the guide's app, and there are several of these here.
  for (const way of ['error', 'warn', 'log'] as const) {
    vi.spyOn(console, way).mockImplementation(() => {})
  }
})
afterEach(() => {
  app?.destroy()
  app = undefined
  vi.restoreAllMocks()
  document.body.replaceChildren()
  document.querySelector('base')?.remove()
  history.replaceState(null, '', '/')
})

const text = (): string => document.body.textContent?.replaceAll(/\s+/g, ' ').trim() ?? ''
const shows = (expected: string): Promise<boolean> =>
  vi.waitUntil(() => text() === expected, patience)
const press = async (selector: string): Promise<void> => {
  document.querySelector<HTMLElement>(selector)?.click()
  await settle()
}

type Class = new () => object

/** Runs files of the guide. Their app is told its base: Angular reads the document's once for all apps. */
const run = (entries: readonly string[], base = '/'): Promise<Record<string, unknown>> =>
  runGuide('angular', entries, {
    '@angular/common': angularCommon,
    '@angular/common/http': angularHttp,
    '@angular/core': angularCore,
    '@angular/core/rxjs-interop': rxjsInterop,
    '@angular/platform-browser': {
      bootstrapApplication: (root: Class, config: angularCore.ApplicationConfig) =>
        start(root, config, base),
    },
    '@angular/router': angularRouter,
    rxjs,
    tokenring,
    'tokenring/angular': tokenringAngular,
    './auth': { auth: tab.auth },
  })

async function start(
  root: Class,
  config: angularCore.ApplicationConfig,
  base: string,
): Promise<void> {
  document.body.appendChild(document.createElement('app-root'))
  const providers = [{ provide: angularCommon.APP_BASE_HREF, useValue: base }]
  app = await bootstrapApplication(root, angularCore.mergeApplicationConfig(config, { providers }))
  router = app.injector.get(angularRouter.Router)
  router.events.subscribe((event) => {
    if (event instanceof angularRouter.NavigationEnd) made.push(event.urlAfterRedirects)
  })
  await app.whenStable()
}

/** Opens the guide's app at this address, but for its `main`. */
async function open(address: string, base = '/'): Promise<void> {
  document.head.appendChild(document.createElement('base')).href = base
  history.replaceState(null, '', address)
  tab = profile.openTab({ redirectUri })
  const files = await run(['app', 'welcome', 'app.config'], base)
  const { App } = files['app'] as { App: Class }
  const { appConfig } = files['app_config'] as { appConfig: angularCore.ApplicationConfig }
  await start(App, appConfig, base)
}

/** Opens the guide's app, its `main` included, as the server sends the browser back to it. */
async function comeBack(returnTo: string, error: string): Promise<void> {
  document.head.appendChild(document.createElement('base')).href = '/'
  const before = profile.openTab({ redirectUri })
  const left = await leaveToSignIn(before, { prompt: 'none', returnTo })
  before.page.emit('hide')
  tab = profile.openTab({ redirectUri }, {}, callbackOf(left, { error }))
  history.replaceState(null, '', '/callback')
  await run(['main'])
}

const session = (sub: string): tokenring.TokenEndpointResponse =>
  profile.server.signIn({ claims: { sub, name: sub } })

it.each(['', '/shop'])(
  'the welcome page comes back to where a guard has sent the user away from, below "%s"',
  async (base) => {
    await open(`${base}/`, `${base}/`)
    const signIn = vi.spyOn(tab.auth, 'signIn')
    await shows('Sign in')
    await press('button')
    expect(signIn).toHaveBeenLastCalledWith({ returnTo: undefined })
    await router.navigateByUrl('/?returnTo=%2Forders%3Fopen%3D1')
    await press('button')
    expect(signIn).toHaveBeenLastCalledWith({ returnTo: `${base}/orders?open=1` })
  },
)

it('the welcome page says why the session has ended, and nothing after a sign-out', async () => {
  await open('/')
  await tab.auth.startSession(session('Ann'))
  await shows('Orders of AnnSign out')
  profile.server.revokeFamilies()
  await tab.auth.refresh().catch(() => undefined)
  await shows('You were signed out because your session has ended.Sign in')
  await tab.auth.startSession(session('Ann'))
  await shows('Orders of AnnSign out')
  await tab.auth.signOut()
  await shows('Sign in')
})

it('a page is made anew for another user, and not for nobody at a sign-out', async () => {
  await open('/')
  const pages = (): Element[] => [...document.querySelectorAll('app-welcome')]
  await tab.auth.startSession(session('Ann'))
  await shows('Orders of AnnSign out')
  const [before] = pages()
  await tab.auth.signOut()
  await shows('Sign in')
  expect(pages()).toEqual([before])
  await tab.auth.startSession(session('Bob'))
  await shows('Orders of BobSign out')
  expect(pages()).toHaveLength(1)
  expect(pages()[0]).not.toBe(before)
})

class Contact {
  readonly label = 'Your message'
}
angularCore.Component({ selector: 'app-contact', template: '{{ label }} <input>' })(Contact)

it('a page for everybody stays when a session begins or ends, and goes for another user', async () => {
  await open('/')
  router.resetConfig([{ path: 'contact', component: Contact }, ...router.config])
  await router.navigateByUrl('/contact')
  const input = await vi.waitUntil(() => document.querySelector('input'), patience)
  const { auth } = tab
  for (const next of [
    () => auth.startSession(session('Ann')),
    () => auth.signOut(),
    () => auth.startSession(session('Ann')),
  ]) {
    await next()
    await app?.whenStable()
    await settle()
    expect(router.url).toBe('/contact')
    expect(document.querySelector('input')).toBe(input)
  }
  await auth.startSession(session('Bob'))
  await vi.waitUntil(() => document.querySelector('input') !== input, patience)
  expect(router.url).toBe('/contact')
})

it('a page behind a guard is left when the session ends, also on the way there', async () => {
  await profile.openSignedInTab()
  await open('/')
  await shows('Orders of Sign out')
  vi.spyOn(tab.auth, 'fetch').mockImplementation(async () => Response.json([]))
  await router.navigateByUrl('/orders')
  await tab.auth.signOut()
  await shows('Sign in')
  expect(router.url).toBe('/')
  await tab.auth.startSession(session('Ann'))
  await shows('Orders of AnnSign out')
  // The guard has let it pass, and something of the page is being fetched.
  const slow = async (): Promise<void> => {
    await tab.auth.signOut()
    await settle()
    app?.tick()
  }
  router.resetConfig(
    router.config.map((route) =>
      route.path === 'orders' ? { ...route, resolve: { slow } } : route,
    ),
  )
  await router.navigateByUrl('/orders')
  await shows('Sign in')
  expect(router.url).toBe('/')
})

it('a problem of a sign-in is not on the page any more when there was a session meanwhile', async () => {
  await open('/')
  const failure = Object.assign(new Error(), { code: 'UNAVAILABLE' })
  vi.spyOn(tab.auth, 'signIn').mockRejectedValue(failure)
  await shows('Sign in')
  await press('button')
  await shows('The sign-in did not succeed.Sign in')
  await tab.auth.startSession(session('Ann'))
  await shows('Orders of AnnSign out')
  await tab.auth.signOut()
  await shows('Sign in')
})

it('nothing is said to a user who comes back from the login page', async () => {
  await open('/')
  const going = router.navigateByUrl('/orders').catch(() => undefined)
  await vi.waitUntil(() => tab.navigation.left.length === 1, patience)
  tab.page.emit('restore')
  await going
  await vi.waitUntil(() => made.length > 0, patience)
  expect(made).toEqual(['/sign-in-failed?returnTo=%2Forders&problem=NOT_LEFT'])
  await shows('Sign in')
  await press('a')
  await vi.waitUntil(() => tab.navigation.left.length === 2, patience)
})

it('a link whose sign-in cannot begin leaves the page behind it where it was', async () => {
  await open('/?page=2')
  await router.navigateByUrl('/?page=3')
  const before = history.length
  tab.page.setOnline(false)
  await router.navigateByUrl('/orders').catch(() => undefined)
  await vi.waitUntil(() => router.url.startsWith('/sign-in-failed'), patience)
  expect(history.length).toBe(before + 1)
  history.back()
  await vi.waitUntil(() => !router.url.startsWith('/sign-in-failed'), patience)
  expect(router.url).toBe('/?page=3')
})

it('a failed sign-in is said on a page of its own, until there is a session', async () => {
  await open('/sign-in-failed?returnTo=%2F%3Fsort%3Dup&problem=DENIED')
  await shows('The sign-in did not succeed.Try again')
  await router.navigateByUrl('/sign-in-failed?returnTo=%2F%3Fsort%3Dup&problem=NOT_LEFT')
  await shows('Sign in')
  await tab.auth.startSession(session('Ann'))
  await shows('Orders of AnnSign out')
  expect(router.url).toBe('/?sort=up')
})

it('a server that was to ask nobody, and does not know the user, is no failure', async () => {
  await comeBack('/?sort=up', 'login_required')
  await shows('Sign in')
  expect(router.url).toBe('/?sort=up')
})

it('a sign-in that the server has refused is, and is not tried again', async () => {
  await comeBack('/orders', 'access_denied')
  await shows('The sign-in did not succeed.Try again')
  expect(router.url).toBe('/sign-in-failed?returnTo=%2Forders&problem=DENIED')
  expect(tab.navigation.left).toEqual([])
})

it('a user who is signed in is not told that a sign-in has failed', async () => {
  await profile.openSignedInTab()
  await open('/')
  await shows('Orders of Sign out')
  await router.navigateByUrl('/sign-in-failed?returnTo=%2F%3Fsort%3Dup&problem=DENIED')
  await vi.waitUntil(() => router.url === '/?sort=up', patience)
  await shows('Orders of Sign out')
})
