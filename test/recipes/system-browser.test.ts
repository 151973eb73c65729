import { describe, expect, it, vi } from 'vitest'
import { createTokenManager, type TokenManager } from '../../src/index.ts'
import { createFakeAuthorizationServer, createTestBrowser } from '../../src/testing/index.ts'
import { json } from '../oauth/server-double.ts'
import * as capacitor from './capacitor.ts'
import * as electron from './electron.ts'

/** The app as the recipes have it, and a system around it. */
interface NativeApp {
  readonly auth: TokenManager
  /** What the system's browser shows. */
  readonly opened: string[]
  readonly closed: string[]
  readonly arrivals: string[]
  readonly failures: unknown[]
  signIn(): Promise<void>
  /** The system opens the app with a link. */
  open(link: string): void
}

const shells = {
  Capacitor: {
    page: 'capacitor://localhost/orders?open=1',
    redirectUri: 'com.example.app:/callback',
  },
  'Capacitor on Android': {
    page: 'https://localhost/orders?open=1',
    redirectUri: 'com.example.app://callback',
  },
  Electron: { page: 'app://main/orders?open=1', redirectUri: 'com.example.app://callback' },
  'Electron with a server of its own': {
    page: 'http://127.0.0.1:4711/orders?open=1',
    redirectUri: 'http://127.0.0.1:4712/',
  },
} as const

function startApp(name: keyof typeof shells): NativeApp {
  const { page, redirectUri } = shells[name]
  const server = createFakeAuthorizationServer()
  const browser = createTestBrowser()
  const { ports, navigation } = browser.openTab(page)
  const auth = createTokenManager(
    {
      authorizationServer: server.metadata,
      clientId: 'app',
      redirectUri,
      storage: browser.store,
      fetch: server.fetch,
    },
    ports,
  )
  server.answerAlways(({ parameters, proceed }) =>
    parameters.get('redirect_uri') === redirectUri && parameters.get('code') === 'good'
      ? json(200, server.signIn())
      : proceed(),
  )
  const [opened, closed, arrivals]: string[][] = [[], [], []]
  const failures: unknown[] = []
  const links = new Set<(link: string) => void>()
  const heard = [
    (to: string) => arrivals?.push(to),
    (error: unknown) => failures.push(error),
  ] as const
  let signIn: () => Promise<void>
  if (name.startsWith('Capacitor')) {
    const plugins = {
      App: {
        addListener: (_: 'appUrlOpen', listener: (event: { url: string }) => unknown) =>
          links.add((url) => listener({ url })),
      },
      Browser: {
        open: async ({ url }: { url: string }) => void opened?.push(url),
        close: async () => void closed?.push('closed'),
      },
    }
    capacitor.finishSignIns(auth, plugins, ...heard)
    signIn = () => capacitor.signInWithBrowser(auth, plugins)
  } else {
    const shell = {
      openUrl: async (url: string) => void opened?.push(url),
      onLink: (listener: (url: string) => void) => void links.add(listener),
    }
    electron.finishSignIns(auth, shell, ...heard)
    signIn = () => electron.signInWithBrowser(auth, shell)
  }
  return {
    auth,
    opened: opened ?? [],
    closed: closed ?? [],
    arrivals: arrivals ?? [],
    failures,
    async signIn() {
      await signIn()
      // The page stays where it is.
      expect([navigation.left, navigation.currentUrl()]).toEqual([[], page])
    },
    open: (link) => links.forEach((listener) => listener(link)),
  }
}

/** The link that the authorization server sends the browser to. */
function answer(opened: string | undefined, parameters: Record<string, string>): string {
  const { searchParams } = new URL(opened ?? '')
  const query = new URLSearchParams({ state: searchParams.get('state') ?? '', ...parameters })
  return `${searchParams.get('redirect_uri')}?${query}`
}

describe.each(Object.keys(shells) as (keyof typeof shells)[])('an app in %s', (name) => {
  it('signs in with the browser of the system, and goes on where it was', async () => {
    const app = startApp(name)
    await app.signIn()
    app.open(answer(app.opened[0], { code: 'good' }))
    await vi.waitUntil(() => app.arrivals.length > 0)
    expect(app.arrivals).toEqual(['/orders?open=1'])
    expect(app.auth.getState().status).toBe('signed-in')
    expect(app.failures).toEqual([])
    if (name.startsWith('Capacitor')) await vi.waitUntil(() => app.closed.length === 1)
  })

  it('hears that the user said no, and may ask again', async () => {
    const app = startApp(name)
    await app.signIn()
    app.open(answer(app.opened[0], { error: 'access_denied' }))
    await vi.waitUntil(() => app.failures.length > 0)
    expect(app.failures).toMatchObject([{ name: 'SignInError', code: 'DENIED' }])
    await app.signIn()
    app.open(answer(app.opened[1], { code: 'good' }))
    await vi.waitUntil(() => app.arrivals.length > 0)
  })

  it('leaves other links to itself', async () => {
    const app = startApp(name)
    await app.signIn()
    app.open('com.example.app://orders/7')
    app.open('https://app.example/orders/7')
    await new Promise((resolve) => setTimeout(resolve))
    expect([app.arrivals, app.failures, app.closed]).toEqual([[], [], []])
    expect(app.auth.getState().status).toBe('signed-out')
  })
})
