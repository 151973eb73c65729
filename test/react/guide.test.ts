// @vitest-environment happy-dom
import * as react from 'react'
import * as jsxRuntime from 'react/jsx-runtime'
import * as reactRouter from 'react-router'
import { beforeEach, expect, it, vi } from 'vitest'
import { idle } from '../../src/idle/index.ts'
import * as tokenring from '../../src/index.ts'
import * as tokenringPopup from '../../src/popup/index.ts'
import * as tokenringReact from '../../src/react/index.ts'
import { failOnComplaints } from '../support/complaints.ts'
import { idToken } from '../support/id-token.ts'
import { patience } from '../support/patience.ts'
import { runGuide } from '../support/run-guide.ts'
import { ends } from '../support/session-ends.ts'
import { callbackOf, leaveToSignIn, redirectUri } from '../support/sign-in.ts'
import { createProfile, type Profile, type Tab } from '../support/tabs.ts'
import { acting, mount, within, type Mounted } from './mount.ts'

failOnComplaints('warn', 'error')

let profile: Profile
let tab: Tab
beforeEach(() => {
  profile = createProfile()
  tab = profile.openTab({ redirectUri, resourceServers: ['https://api.example.com/v2/'] })
})

const run = (...entries: string[]): Promise<Record<string, unknown>> =>
  runGuide('react', entries, {
    react,
    'react/jsx-runtime': jsxRuntime,
    tokenring,
    'tokenring/popup': tokenringPopup,
    'tokenring/react': tokenringReact,
    './auth.ts': { auth: tab.auth },
  })

async function open(name: 'App' | 'page', member: string): Promise<Mounted> {
  const files = await run(name)
  const Page = (files[name] as Record<string, react.ComponentType>)[member]
  if (!Page) throw new Error(`${name} exports no ${member}.`)
  vi.spyOn(tab.auth, 'fetch').mockImplementation(async () => Response.json([]))
  return mount(within(tab.auth, react.createElement(Page)))
}

it.each([
  ['without a router', 'App', 'App'],
  ['of Next.js', 'page', 'default'],
] as const)('the page %s says why the session has ended', async (_, name, member) => {
  const page = await open(name, member)
  expect(page.text().trim()).toBe('Sign in')
  await acting(() => tab.auth.startSession(profile.server.signIn()))
  expect(page.text()).toContain('Sign out')
  profile.server.revokeFamilies()
  await acting(() => tab.auth.refresh().catch(() => undefined))
  expect(page.text()).toBe('You were signed out because your session has ended. Sign in')
  await acting(() => tab.auth.startSession(profile.server.signIn()))
  await acting(() => tab.auth.signOut())
  expect(page.text().trim()).toBe('Sign in')
  await page.unmount()
})

it.each([
  ['without a router', 'App', 'App'],
  ['of Next.js', 'page', 'default'],
] as const)(
  'the page %s says nothing to who comes back from the login page',
  async (_, name, member) => {
    const page = await open(name, member)
    await page.click('button')
    expect(page.text()).toBe('One moment …')
    await acting(() => tab.page.emit('restore'))
    expect(page.text().trim()).toBe('Sign in')
    vi.spyOn(tab.auth, 'signIn').mockRejectedValueOnce(Object.assign(new Error(), { code: 'LOOP' }))
    await page.click('button')
    expect(page.text()).toBe('The sign-in did not succeed. Sign in')
    await page.unmount()
  },
)

it.each([
  ['without a router', 'App', 'App'],
  ['of Next.js', 'page', 'default'],
] as const)(
  'the page %s says nothing when the server was to ask nobody, and does not know the user',
  async (_, name, member) => {
    const left = await leaveToSignIn(tab, { prompt: 'none' })
    tab.page.emit('hide')
    tab = profile.openTab({ redirectUri }, {}, callbackOf(left, { error: 'login_required' }))
    const files = await run(name)
    const Page = (files[name] as Record<string, react.ComponentType>)[member] ?? ''
    const onSignInError = vi.fn<(error: tokenringReact.SignInFailure) => void>()
    const page = await mount(
      react.createElement(
        tokenringReact.AuthProvider,
        { manager: tab.auth, onSignInError },
        react.createElement(Page),
      ),
    )
    expect(onSignInError).toHaveBeenCalledOnce()
    expect(page.text().trim()).toBe('Sign in')
    await page.unmount()
  },
)

/** The guide's component that signs in by itself, around a page. */
async function openSignedIn(
  options: Partial<tokenring.TokenManagerOptions> = {},
): Promise<Mounted> {
  tab = profile.openTab({ redirectUri, ...options })
  await tab.auth.startSession(profile.server.signIn({ id_token: idToken() }))
  const { SignedIn } = (await run('SignedIn'))['SignedIn'] as { SignedIn: react.ComponentType }
  const page = await mount(within(tab.auth, react.createElement(SignedIn, null, 'private')))
  expect(page.text()).toBe('private')
  return page
}

it.each(['signed-out', 'subject-changed'] as const)(
  'the component that signs in by itself waits for the user after %s',
  async (reason) => {
    const page = await openSignedIn()
    await acting(() => ends[reason](profile, tab))
    expect(tab.auth.getState()).toMatchObject({ reason })
    expect([page.text(), tab.navigation.left]).toEqual(['Sign in', []])
    await page.click('button')
    expect(tab.navigation.left).toHaveLength(1)
    await page.unmount()
  },
)

it('the component that signs in by itself does not undo an idle end', async () => {
  const page = await openSignedIn({ idle: idle({ afterMs: 60_000 }) })
  await acting(() => profile.pass(61_000))
  expect(tab.auth.getState()).toMatchObject({ reason: 'idle' })
  expect([page.text(), tab.navigation.left]).toEqual(['Sign in', []])
  await page.unmount()
})

it('the component that signs in by itself does so when the session has ended by itself', async () => {
  const page = await openSignedIn()
  await acting(() => ends.rejected(profile, tab))
  expect([page.text(), tab.navigation.left.length]).toEqual(['One moment …', 1])
  await page.unmount()
})

it('a page that stays is not taken away when the router loads it again', async () => {
  tab = profile.openTab({ redirectUri })
  await tab.auth.startSession(profile.server.signIn({ id_token: idToken() }))
  const { keptRoute } = (await run('kept-route'))['kept_route'] as {
    keptRoute: reactRouter.RouteObject
  }
  const router = reactRouter.createMemoryRouter([{ path: '/', element: 'welcome' }, keptRoute])
  const page = await mount(
    within(tab.auth, react.createElement(reactRouter.RouterProvider, { router })),
  )
  await acting(() => router.navigate('/order'))
  expect(page.text()).toBe('')
  await acting(() => ends.rejected(profile, tab))
  for (const again of [() => router.revalidate(), () => router.navigate('/order?sort=up')]) {
    await acting(() => void again())
    expect([page.text(), tab.navigation.left]).toEqual([
      'Your session has ended: sign in again here',
      [],
    ])
  }
  await page.unmount()
  router.dispose()
  // Entered anew, it is guarded.
  const other = reactRouter.createMemoryRouter([{ path: '/', element: 'welcome' }, keptRoute])
  void other.navigate('/order')
  await vi.waitUntil(() => tab.navigation.left.length === 1, patience)
  other.dispose()
})

it('Next’s router is given no base path', async () => {
  const files = await run('auth-below-base-path')
  const { auth, withoutBasePath } = files['auth_below_base_path'] as {
    auth: tokenring.TokenManager
    withoutBasePath(path: string): string
  }
  auth.dispose()
  const paths = ['/shop', '/shop/', '/shop/orders?open=1#a', '/shop?a=1', '/shop#a', '/shopping']
  expect(paths.map(withoutBasePath)).toEqual([
    '/',
    '/',
    '/orders?open=1#a',
    '/?a=1',
    '/#a',
    '/shopping',
  ])
  // Not another origin.
  expect(withoutBasePath('/shop//example.com')).toBe('/example.com')
})
