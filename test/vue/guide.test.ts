// @vitest-environment happy-dom
import * as pinia from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import * as vue from 'vue'
import * as vueRouter from 'vue-router'
import * as tokenring from '../../src/index.ts'
import * as tokenringVue from '../../src/vue/index.ts'
import { failOnComplaints } from '../support/complaints.ts'
import { patience } from '../support/patience.ts'
import { runGuide } from '../support/run-guide.ts'
import { callbackOf, leaveToSignIn, redirectUri } from '../support/sign-in.ts'
import { createProfile, type Profile, type Tab } from '../support/tabs.ts'
import { rest } from './mount.ts'

failOnComplaints('warn', 'error')

let profile: Profile
let tab: Tab
let router: vueRouter.Router
let app: vue.App | undefined
beforeEach(() => {
  profile = createProfile()
})
afterEach(() => {
  app?.unmount()
  app = undefined
  document.body.replaceChildren()
  history.replaceState(null, '', '/')
})

const text = (): string => document.body.textContent?.trim() ?? ''
const shows = (expected: string): Promise<boolean> =>
  vi.waitUntil(() => text() === expected, patience)
const press = async (selector: string): Promise<void> => {
  document.querySelector<HTMLElement>(selector)?.click()
  await rest()
}

const run = (entries: readonly string[]): Promise<Record<string, unknown>> =>
  runGuide('vue', entries, {
    vue: {
      ...vue,
      createApp: (root: vue.Component) => (app = vue.createApp(root)),
    },
    pinia,
    'vue-router': vueRouter,
    tokenring,
    'tokenring/vue': tokenringVue,
    './auth.ts': { auth: tab.auth },
  })

/** Opens the guide's app at this address, but for its `main`. */
async function open(address: string): Promise<void> {
  history.replaceState(null, '', address)
  tab = profile.openTab({ redirectUri })
  const files = await run(['router', 'App'])
  router = (files['router'] as { router: vueRouter.Router }).router
  const { default: App } = files['App'] as { default: vue.Component }
  app = vue.createApp(App).use(tokenringVue.createAuth(tab.auth)).use(router)
  app.mount(document.body.appendChild(document.createElement('div')))
  await router.isReady()
  await rest()
}

it('the welcome page comes back to where a guard has sent the user away from, else to itself', async () => {
  await open('/?returnTo=/orders?open=1')
  const signIn = vi.spyOn(tab.auth, 'signIn')
  await press('button')
  expect(signIn).toHaveBeenLastCalledWith({ returnTo: '/orders?open=1' })
  await router.replace('/?sort=up')
  await press('button')
  expect(signIn).toHaveBeenLastCalledWith({ returnTo: '/?sort=up' })
})

it('the welcome page says why the session has ended, and nothing after a sign-out', async () => {
  await open('/')
  await tab.auth.startSession(profile.server.signIn())
  await shows('OrdersSign out')
  profile.server.revokeFamilies()
  await tab.auth.refresh().catch(() => undefined)
  await shows('You were signed out because your session has ended.Sign in')
  await tab.auth.startSession(profile.server.signIn())
  await shows('OrdersSign out')
  await tab.auth.signOut()
  await shows('Sign in')
})

it('a problem of a sign-in is not on the page any more when there was a session meanwhile', async () => {
  await open('/')
  vi.spyOn(tab.auth, 'signIn').mockRejectedValue(
    Object.assign(new Error(), { code: 'UNAVAILABLE' }),
  )
  await press('button')
  await shows('The sign-in did not succeed.Sign in')
  await tab.auth.startSession(profile.server.signIn())
  await shows('OrdersSign out')
  await tab.auth.signOut()
  await shows('Sign in')
})

it('nothing is said to a user who comes back from the login page', async () => {
  await open('/')
  const going = router.push('/orders').catch(() => undefined)
  await vi.waitUntil(() => tab.navigation.left.length === 1, patience)
  tab.page.emit('restore')
  await going
  await vi.waitUntil(() => router.currentRoute.value.path === '/sign-in-failed', patience)
  await shows('Sign in')
  expect(router.currentRoute.value.query).toEqual({ returnTo: '/orders', problem: 'NOT_LEFT' })
  await press('a')
  await vi.waitUntil(() => tab.navigation.left.length === 2, patience)
})

it.each(['comes back from the login page', 'is offline'])(
  'a user who went back to a page, and %s, is not sent forward again',
  async (what) => {
    await open('/')
    vi.spyOn(tab.auth, 'fetch').mockResolvedValue(Response.json([]))
    await tab.auth.startSession(profile.server.signIn())
    await router.push('/orders')
    await router.push('/?page=2')
    await tab.auth.signOut()
    await rest()
    const go = vi.spyOn(history, 'go')
    if (what === 'is offline') tab.page.setOnline(false)
    history.back()
    if (what !== 'is offline') {
      await vi.waitUntil(() => tab.navigation.left.length === 1, patience)
      tab.page.emit('restore')
    }
    await vi.waitUntil(() => router.currentRoute.value.path === '/sign-in-failed', patience)
    await rest()
    expect(go).not.toHaveBeenCalled()
    const address = '/sign-in-failed?returnTo=/orders&problem=NOT_LEFT'
    expect(location.pathname + location.search).toBe(address)
    expect(router.currentRoute.value.fullPath).toBe(address)
    // It has taken the place of the page that was gone back to.
    history.back()
    await vi.waitUntil(() => router.currentRoute.value.path === '/', patience)
  },
)

it('a link whose sign-in cannot begin leaves the page behind it where it was', async () => {
  await open('/?page=2')
  await router.push('/?page=3')
  tab.page.setOnline(false)
  await router.push('/orders')
  expect(router.currentRoute.value.path).toBe('/sign-in-failed')
  history.back()
  await vi.waitUntil(() => router.currentRoute.value.path === '/', patience)
  expect(router.currentRoute.value.fullPath).toBe('/?page=3')
})

it('a failed sign-in is said on a page of its own, until there is a session', async () => {
  await open('/sign-in-failed?returnTo=/?sort=up&problem=DENIED')
  expect(text()).toBe('The sign-in did not succeed.Try again')
  await router.replace('/sign-in-failed?returnTo=/?sort=up&problem=NOT_LEFT')
  expect(text()).toBe('Sign in')
  await tab.auth.startSession(profile.server.signIn())
  await shows('OrdersSign out')
  expect(router.currentRoute.value.fullPath).toBe('/?sort=up')
})

/** Opens the guide's app, its `main` included, as the server sends the browser back to it. */
async function comeBack(returnTo: string, error: string): Promise<void> {
  const before = profile.openTab({ redirectUri })
  const left = await leaveToSignIn(before, { prompt: 'none', returnTo })
  before.page.emit('hide')
  tab = profile.openTab({ redirectUri }, {}, callbackOf(left, { error }))
  history.replaceState(null, '', '/callback')
  document.body.appendChild(document.createElement('div')).id = 'app'
  const files = await run(['main', 'router'])
  router = (files['router'] as { router: vueRouter.Router }).router
  await (files['main'] as { done: Promise<void> }).done
  await router.isReady()
  await rest()
}

it('a server that was to ask nobody, and does not know the user, is no failure', async () => {
  await comeBack('/?sort=up', 'login_required')
  expect(router.currentRoute.value.fullPath).toBe('/?sort=up')
  expect(text()).toBe('Sign in')
})

it('a sign-in that the server has refused is, and is not tried again', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  await comeBack('/orders', 'access_denied')
  expect(router.currentRoute.value.query).toEqual({ returnTo: '/orders', problem: 'DENIED' })
  expect(text()).toBe('The sign-in did not succeed.Try again')
  expect(tab.navigation.left).toEqual([])
})

it('a user who is signed in is not told that a sign-in has failed', async () => {
  await profile.openSignedInTab()
  await open('/')
  await shows('OrdersSign out')
  await router.push('/sign-in-failed?returnTo=/?sort=up&problem=DENIED')
  await vi.waitUntil(() => router.currentRoute.value.fullPath === '/?sort=up', patience)
  await shows('OrdersSign out')
})

it('a page for everybody stays when a session begins or ends, and goes for another user', async () => {
  await open('/')
  const component = { render: () => vue.h('input') }
  router.addRoute({ path: '/contact', component })
  await router.push('/contact')
  await rest()
  const input = (): HTMLInputElement | null => document.querySelector('input')
  const { auth } = tab
  const begin = (sub: string) => auth.startSession(profile.server.signIn({ claims: { sub } }))
  let before = input()
  for (const next of [() => begin('ann'), () => auth.signOut(), () => begin('ann')]) {
    await next()
    await rest()
    expect(router.currentRoute.value.path).toBe('/contact')
    expect(input()).toBe(before)
  }
  for (const sub of ['bob', 'ann']) {
    await begin(sub)
    await rest()
    expect(router.currentRoute.value.path).toBe('/contact')
    expect(input()).not.toBe(before)
    before = input()
  }
  expect(before).not.toBeNull()
})

it('a page that requires a session is left when that ends, also on the way there', async () => {
  await profile.openSignedInTab()
  await open('/')
  vi.spyOn(tab.auth, 'fetch').mockImplementation(async () => Response.json([]))
  await router.push('/orders')
  await tab.auth.signOut()
  await shows('Sign in')
  expect(router.currentRoute.value.path).toBe('/')
  await tab.auth.startSession(profile.server.signIn())
  const going = router.push('/orders')
  // The guard has let it pass, and the page is being fetched.
  const forget = router.beforeResolve(async () => {
    forget()
    await tab.auth.signOut()
  })
  await going
  await shows('Sign in')
  expect(router.currentRoute.value.path).toBe('/')
})

it('a page may show what a store has loaded', async () => {
  await profile.openSignedInTab()
  tab = profile.openTab({ resourceServers: ['https://api.example.com/v2/'] })
  vi.spyOn(tab.auth, 'fetch')
    .mockResolvedValueOnce(Response.json(['tea', 'rice']))
    .mockRejectedValueOnce(new TypeError('Failed to fetch'))
  const { OrdersOfStore } = await run(['OrdersOfStore'])
  app = vue
    .createApp((OrdersOfStore as { default: vue.Component }).default)
    .use(tokenringVue.createAuth(tab.auth))
    .use(pinia.createPinia())
  app.mount(document.body.appendChild(document.createElement('div')))
  await shows('teariceLoad again')
  await press('button')
  await shows('The orders cannot be shown now.teariceLoad again')
})
