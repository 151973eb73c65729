import { onTestFinished, vi } from 'vitest'
import {
  createTokenManager,
  type SignInOptions,
  type TokenManager,
  type TokenManagerEvent,
  type TokenManagerOptions,
} from '../../src/index.ts'
import {
  createTestBrowser,
  type TestBrowser,
  type TestTab,
} from '../../src/testing/test-browser.ts'
import {
  clientId,
  postLogoutRedirectUri,
  redirectUri,
  type ProviderSetup,
} from './provider-configuration.ts'
import { startProvider, type ProviderUnderTest } from './provider-under-test.ts'
import { createScriptedUser, type ScriptedUser } from './scripted-user.ts'

export interface AppTab extends TestTab {
  readonly auth: TokenManager
  readonly events: readonly TokenManagerEvent[]
}

/** What the app passes to `createTokenManager`, besides what every app of these tests does. */
export type AppOptions = (provider: ProviderUnderTest) => Partial<TokenManagerOptions>

export interface InteropStage {
  readonly provider: ProviderUnderTest
  readonly browser: TestBrowser
  readonly user: ScriptedUser
  openTab(url?: string): AppTab
  /** Where a sign-in leaves for. */
  leave(tab: AppTab, options?: SignInOptions): Promise<string>
  /** Leaves, has the user sign in, and finishes in the page that the provider sends the browser to. */
  signIn(options?: SignInOptions): Promise<AppTab>
}

/** One provider, one user, one browser, one app. */
export async function setUp(
  setup: ProviderSetup = {},
  app: AppOptions = () => ({}),
  clockErrorMs = 0,
): Promise<InteropStage> {
  const provider = await startProvider(setup)
  onTestFinished(() => provider.close())
  const user = createScriptedUser()
  if (clockErrorMs !== 0) setClockWrong(provider, clockErrorMs)
  const browser = createTestBrowser(Date.now())

  function openTab(url = 'https://app.example/start'): AppTab {
    const tab = browser.openTab(url)
    const events: TokenManagerEvent[] = []
    const auth = createTokenManager(
      {
        authorizationServer: provider.issuer,
        clientId,
        scope: 'openid profile offline_access',
        redirectUri,
        postLogoutRedirectUri,
        resourceServers: [provider.userinfo],
        authorizationParameters: { prompt: 'consent' },
        storage: browser.store,
        refreshAhead: 'never',
        ...app(provider),
      },
      tab.ports,
    )
    auth.observe((event) => events.push(event))
    onTestFinished(() => auth.dispose())
    return { ...tab, auth, events }
  }

  async function leave({ auth, navigation }: AppTab, options?: SignInOptions): Promise<string> {
    const before = navigation.left.length
    const failed = auth.signIn(options)
    const left = vi.waitUntil(() => navigation.left[before], { interval: 1, timeout: 20_000 })
    return Promise.race([failed, left])
  }

  return {
    provider,
    browser,
    user,
    openTab,
    leave,
    async signIn(options) {
      const left = await leave(openTab(), options)
      const tab = openTab(await user.follow(left, redirectUri))
      await tab.auth.handleRedirect()
      return tab
    },
  }
}

/** For everything but the provider, which runs in the same process. */
function setClockWrong(provider: ProviderUnderTest, errorMs: number): void {
  const now = Date.now.bind(Date)
  const clock = vi
    .spyOn(Date, 'now')
    .mockImplementation(() => now() + (provider.isServing() ? 0 : errorMs))
  onTestFinished(() => clock.mockRestore())
}
