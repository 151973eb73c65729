import { isTokenError } from '../../src/core/errors.ts'
import type { SessionState } from '../../src/core/session/session-state.ts'
import {
  createFakeAuthorizationServer,
  type FakeAuthorizationServer,
} from '../../src/testing/fake-authorization-server.ts'
import { stateMark } from '../../src/oauth/state-mark.ts'
import { quiet } from '../../src/testing/steps.ts'
import {
  createVirtualTabs,
  virtualApiUrl,
  type VirtualTab,
  type VirtualTabs,
  type VirtualTabsOptions,
} from '../../src/testing/virtual-tabs.ts'
import { idTokenOf } from './id-token-of.ts'
import { describeMoment } from './describe-moment.ts'
import { recordOf } from './promises/ledger.ts'
import type { Call, CallMoment, Moment, Shown } from './promises/moment.ts'
import { createReferee, type Referee } from './promises/referee.ts'
import type { Happening } from '../../src/testing/happenings.ts'

/** What a browser and its server are like. */
export interface Setting {
  readonly tabs: number
  readonly locks: boolean
  readonly channel: boolean
  /** Whether the server answers a spent refresh token again until its successor is used. */
  readonly graceful: boolean
  /** Whether renewals are left to a courier. */
  readonly courier?: boolean
}

/** What an app asks of a tab; `leave` is a sign-out that asks nothing of the server. */
export type Wish = 'token' | 'other-token' | 'fetch' | 'refresh' | 'sign-out' | 'leave'

/** A status, or a reply with new tokens that fails a check. */
export type ServerTrouble = 503 | 429 | 'unusable'

const redirectUri = 'https://app.example/callback'

export type Build = VirtualTabsOptions['build']

/** Tabs, their server and their API, watched by a referee. */
export interface Stage {
  readonly setting: Setting
  readonly browser: VirtualTabs
  readonly server: FakeAuthorizationServer
  readonly referee: Referee
  /** Whether the API rejects every token. */
  apiRejects: boolean
  /** What the server does in place of answering the next token requests well. */
  troubles: readonly ServerTrouble[]
  openTab(): VirtualTab
  running(): readonly VirtualTab[]
  /** Asks something of a tab, as an app does. Nobody waits for what comes of it. */
  ask(tab: VirtualTab, kind: Wish): Call
  /** A sign-in of `somebody` does not say who it is. */
  signIn(tab: VirtualTab, user: string): Call
  /** Opens the callback of a sign-in, whose code has yet to be redeemed. */
  redeem(tab: VirtualTab, user: string): Call
  /** Begins another session with the refresh token that storage holds, as a server does that keeps to one for a user. */
  signInAgain(tab: VirtualTab, user: string): Call
  note(moment: CallMoment): void
  /** Calls of tabs that live, and have not come to anything yet. */
  waiting(): readonly Call[]
  outcomeOf(call: Call): string | undefined
  /** Of all calls, in the order in which they were made. */
  outcomes(): readonly (string | undefined)[]
  /** Told of every moment, besides the referee. */
  onMoment: (moment: Moment) => void
  /** What has happened since this was called last, in plain words. */
  takeWords(): string
}

export function createStage(setting: Setting, build: Build): Stage {
  const server = createFakeAuthorizationServer({ expiresIn: 120, graceful: setting.graceful })
  const users = new Map<number, string>()
  /** What the server gives for each code, once. */
  const codes = new Map<string, Readonly<Record<string, unknown>>>()
  const userOf = (family: number): string | undefined => users.get(family)
  const referee = createReferee({
    server,
    graceful: setting.graceful,
    locks: setting.locks,
    userOf,
    now: () => browser.clock.now(),
  })
  const calls = new Map<Call, string | undefined>()
  let words: string[] = []
  let moments = 0

  const note = (moment: Happening | CallMoment): void => {
    moments += 1
    const numbered: Moment = { ...moment, at: moments, atMs: browser.clock.monotonic() }
    const described = describeMoment(numbered)
    if (described) words.push(described)
    referee.see(numbered)
    stage.onMoment(numbered)
  }

  const browser: VirtualTabs = createVirtualTabs({
    server,
    locks: setting.locks,
    channel: setting.channel,
    courier: setting.courier ?? false,
    observe: note,
    api: ({ token }) =>
      new Response(null, { status: !stage.apiRejects && server.accepts(token) ? 200 : 401 }),
    ...(build && { build }),
  })

  function follow(
    tab: VirtualTab,
    kind: Call['kind'],
    begin: (call: Call) => Promise<string | number | void>,
    about: Pick<Call, 'family' | 'audience'> = {},
  ): Call {
    const call: Call = {
      id: calls.size + 1,
      tab: tab,
      kind,
      begunAt: moments + 1,
      begunAtMs: browser.clock.monotonic(),
      ...about,
    }
    calls.set(call, undefined)
    note({ type: 'call', tab, call })
    const over = (outcome: string, more: { token?: string; error?: string } = {}): void => {
      calls.set(call, outcome)
      note({ type: 'call-over', tab, call, ...more })
    }
    begin(call).then(
      (result) =>
        kind === 'token'
          ? over('a token', { token: String(result) })
          : over(String(result ?? 'done')),
      (error: unknown) => {
        if (isTokenError(error)) {
          return over(`${error.name} ${error.code}`, { error: error.name })
        }
        if (error instanceof TypeError && kind === 'fetch') return over('network error')
        over(`unknown error: ${String(error)}`)
        referee.broken('everything settles', `${tab.name} rejects with ${String(error)}`)
      },
    )
    return call
  }

  function signIn(tab: VirtualTab, user: string, more: { readonly refresh_token?: string }): Call {
    const named = user === 'somebody' ? {} : { id_token: idTokenOf(user, server.issuer) }
    const response = server.signIn(named)
    const family = server.lineageOf(response.refresh_token)?.family ?? 0
    if (user !== 'somebody') users.set(family, user)
    // A state holds no token: the scope is what tells which session it shows.
    const scope = `session-${family}`
    const begin = (): Promise<void> => tab.auth.startSession({ ...response, scope, ...more })
    return follow(tab, 'sign-in', begin, { family })
  }

  function redeem(tab: VirtualTab, user: string): Call {
    const response = server.signIn({ id_token: idTokenOf(user, server.issuer) })
    const family = server.lineageOf(response.refresh_token)?.family ?? 0
    users.set(family, user)
    const code = String(family)
    codes.set(code, { ...response, scope: `session-${family}` })
    const state = `${stateMark(server.issuer, 'spa', 'default')}${code}`
    const createdAt = browser.clock.now()
    const transaction = { state, verifier: 'verifier', redirectUri, returnTo: '/', createdAt }
    const key = `sign-in ${encodeURIComponent(server.issuer)} spa default`
    const begin = async (): Promise<void> => {
      await browser.storage.plant(key, [transaction])
      await tab.auth.handleRedirect(`${redirectUri}?code=${code}&state=${state}`)
    }
    return follow(tab, 'redeem', begin, { family })
  }

  const stage: Stage = {
    setting,
    browser,
    server,
    referee,
    apiRejects: false,
    troubles: [],
    onMoment: () => {},
    openTab() {
      const tab = browser.openTab({ redirectUri })
      tab.auth.subscribe((state) => note({ type: 'shown', tab, shown: shownIn(state) }))
      return tab
    },
    running: () => browser.tabs.filter(({ state }) => state === 'running'),
    ask(tab, kind) {
      const { auth } = tab
      switch (kind) {
        case 'token':
          return follow(tab, 'token', () => auth.getAccessToken())
        case 'other-token':
          return follow(tab, 'token', () => auth.getAccessToken({ audience: 'other' }), {
            audience: 'other',
          })
        case 'fetch':
          return follow(tab, 'fetch', async ({ id }) => {
            const response = await auth.fetch(`${virtualApiUrl}orders/${id}`)
            return response.status
          })
        case 'refresh':
          return follow(tab, 'refresh', () => auth.refresh())
        case 'sign-out':
          return follow(tab, 'sign-out', () => auth.signOut())
        case 'leave':
          return follow(tab, 'sign-out', () => auth.signOut({ revoke: false }))
      }
    },
    signIn: (tab, user) => signIn(tab, user, {}),
    redeem,
    signInAgain(tab, user) {
      const refreshToken = recordOf(browser.storage.stored()).session?.refreshToken
      return signIn(tab, user, refreshToken === undefined ? {} : { refresh_token: refreshToken })
    },
    note,
    waiting: () =>
      [...calls].flatMap(([call, outcome]) =>
        outcome === undefined && call.tab.state !== 'gone' ? [call] : [],
      ),
    outcomeOf: (call) => calls.get(call),
    outcomes: () => [...calls.values()],
    takeWords() {
      const taken = words.join('; ')
      words = []
      return taken
    },
  }
  server.answerAlways(async ({ proceed, parameters }) => {
    const [trouble, ...others] = stage.troubles
    stage.troubles = others
    if (trouble === 503 || trouble === 429) return new Response(null, { status: trouble })
    const code = parameters.get('code')
    if (code !== null) {
      const response = codes.get(code)
      codes.delete(code)
      return response
        ? Response.json(response)
        : Response.json({ error: 'invalid_grant' }, { status: 400 })
    }
    const response = proceed()
    if (trouble === undefined || !response.ok) return response
    const members = (await response.json()) as Record<string, unknown>
    return Response.json({ ...members, expires_in: 'x' })
  })
  return stage
}

function shownIn(state: SessionState): Shown {
  if (state.status !== 'signed-in') return state.status === 'restoring' ? 'restoring' : 'nobody'
  const family = Number(state.scope?.replace('session-', ''))
  return { family, ...(state.sub !== undefined && { user: state.sub }) }
}

/** Opens the tabs of a setting and signs the first one in. */
export async function openStage(setting: Setting, build?: Build): Promise<Stage> {
  const stage = createStage(setting, build)
  const tabs = Array.from({ length: setting.tabs }, () => stage.openTab())
  await stage.browser.settle()
  if (tabs[0]) stage.signIn(tabs[0], 'alice')
  await stage.browser.settle()
  for (const tab of tabs) {
    stage.note({ type: 'page-event', tab })
    tab.page.emit('visible')
  }
  await stage.browser.settle()
  await quiet()
  stage.takeWords()
  return stage
}
