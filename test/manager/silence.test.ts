import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createMemoryChannel } from '../../src/testing/memory-channel.ts'
import { createMemoryLocks } from '../../src/testing/memory-locks.ts'
import { createMemoryNavigation } from '../../src/testing/memory-navigation.ts'
import { createMemoryPageEvents } from '../../src/testing/memory-page-events.ts'
import { createMemoryTokenStore } from '../../src/adapters/memory-token-store.ts'
import {
  createTokenManager,
  dpop,
  isTokenError,
  type LockManager,
  type TokenManager,
  type TokenStore,
} from '../../src/index.ts'
import { createFakeAuthorizationServer } from '../../src/testing/fake-authorization-server.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'

/** What may stop answering. */
const parts = [
  'storage, reading',
  'storage, the claim',
  'storage, the commit',
  'storage, altogether',
  'storage, what a sign-in remembers',
  'storage, the copy of the metadata',
  'locks',
  'channel (throws)',
  'discovery',
  'token endpoint',
  'revocation',
  'cryptography',
] as const
type Part = (typeof parts)[number]

const never = (): Promise<never> => new Promise(() => {})
const stepMs = 250
const leaseMs = 15_000
const subtle = crypto.subtle as unknown as Record<string, (...given: unknown[]) => unknown>
let isCryptoSilent = false
const operating = new Set<Promise<unknown>>()
for (const name of ['sign', 'digest', 'generateKey', 'exportKey']) {
  const operate = subtle[name]?.bind(crypto.subtle)
  subtle[name] = (...given) => {
    if (isCryptoSilent || !operate) return never()
    const work = Promise.resolve(operate(...given))
    operating.add(work)
    return work.finally(() => operating.delete(work))
  }
}
afterEach(() => {
  isCryptoSilent = false
})

/** Lets everything run that does not wait for time to pass, cryptography included. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    while (operating.size > 0) await Promise.allSettled(operating)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** A browser in which `silent` stops answering one tab, while it answers the others. */
function createStage(silent: Part) {
  const clock = createManualClock()
  const server = createFakeAuthorizationServer({ expiresIn: 300 })
  const memory = createMemoryTokenStore()
  const locks = createMemoryLocks()
  const openChannel = createMemoryChannel()
  const state = { isSilent: false }
  const usesKeys = silent === 'cryptography'
  const metadata = {
    ...server.metadata,
    end_session_endpoint: 'https://as.example/logout',
    authorization_endpoint: 'https://as.example/authorize',
  }
  let tabs = 0

  const is = (...wanted: readonly Part[]): boolean => state.isSilent && wanted.includes(silent)
  const storage: TokenStore = {
    read: (key) => (is('storage, reading', 'storage, altogether') ? never() : memory.read(key)),
    update(key, change, how) {
      const isSession = key.startsWith('session ')
      const part: Part = isSession
        ? how?.durable
          ? 'storage, the commit'
          : 'storage, the claim'
        : key.startsWith('metadata ')
          ? 'storage, the copy of the metadata'
          : 'storage, what a sign-in remembers'
      return is(part, 'storage, altogether') ? never() : memory.update(key, change, how)
    },
  }
  const silentLocks: LockManager = {
    request: (name) =>
      is('locks') ? { granted: never(), isHeld: () => false, release() {} } : locks.request(name),
  }
  const answer = async (url: string, init: RequestInit): Promise<Response> => {
    if (url.includes('.well-known')) return is('discovery') ? never() : Response.json(metadata)
    if (url.startsWith('https://api.example/')) return new Response(null)
    const isRevocation = url === metadata.revocation_endpoint
    if (is(isRevocation ? 'revocation' : 'token endpoint')) return never()
    const form = new URLSearchParams(typeof init.body === 'string' ? init.body : '')
    const type = usesKeys ? { token_type: 'DPoP' } : {}
    if (form.get('grant_type') === 'authorization_code')
      return Response.json({ ...server.signIn(), ...type })
    const response = await server.fetch(url, init)
    if (!usesKeys || !response.ok || isRevocation) return response
    return Response.json({ ...((await response.json()) as object), ...type })
  }

  function openTab(isHealthy: boolean, url = 'https://app.example/') {
    tabs += 1
    const name = `tab ${tabs}`
    const navigation = createMemoryNavigation(url)
    let ids = 0
    const auth = createTokenManager(
      {
        authorizationServer: server.metadata.issuer,
        clientId: 'spa',
        redirectUri: 'https://app.example/callback',
        postLogoutRedirectUri: 'https://app.example/',
        resourceServers: ['https://api.example/'],
        storage: isHealthy ? memory : storage,
        refreshAhead: 'never',
        dpop: usesKeys ? dpop() : undefined,
        fetch: (input, init = {}) => {
          const target = input instanceof Request ? input.url : String(input)
          if (!isHealthy) return answer(target, init)
          const was = state.isSilent
          state.isSilent = false
          const answered = answer(target, init)
          state.isSilent = was
          return answered
        },
      },
      {
        clock,
        locks: isHealthy ? locks : silentLocks,
        openChannel(...given) {
          if (!isHealthy && silent === 'channel (throws)') throw new Error('no channel')
          return openChannel(...given)
        },
        navigation,
        pageEvents: createMemoryPageEvents(),
        random: { fraction: () => 0.5, id: () => `${name} ${(ids += 1)}` },
      },
    )
    return { auth, navigation }
  }

  return {
    clock,
    server,
    openTab,
    session: () => ({ ...server.signIn(), ...(usesKeys && { token_type: 'DPoP' }) }),
    fallSilent() {
      state.isSilent = true
      isCryptoSilent = usesKeys
    },
    answerAgain() {
      state.isSilent = false
      isCryptoSilent = false
    },
  }
}

type Stage = ReturnType<typeof createStage>
type Tab = ReturnType<Stage['openTab']>

/** How a promise settles, and after how long; in steps of the clock, as long as it takes. */
async function settling(
  { clock }: Stage,
  work: Promise<unknown>,
  isDone: () => boolean = () => false,
): Promise<{ readonly outcome: string; readonly afterMs: number }> {
  const from = clock.monotonic()
  let outcome: string | undefined
  work.then(
    () => (outcome = 'fulfilled'),
    (error: unknown) => {
      outcome = isTokenError(error) ? `${error.name} ${error.code}` : `unknown: ${String(error)}`
    },
  )
  await turns()
  for (;;) {
    if (isDone()) outcome ??= 'the page leaves'
    const afterMs = clock.monotonic() - from
    if (outcome !== undefined || afterMs > 300_000) return { outcome: outcome ?? 'never', afterMs }
    clock.advance(stepMs)
    await turns()
  }
}

async function signedIn(stage: Stage): Promise<Tab> {
  const tab = stage.openTab(false)
  await tab.auth.startSession(stage.session())
  return tab
}

async function withExpiredToken(stage: Stage): Promise<Tab> {
  const tab = await signedIn(stage)
  stage.clock.advance(600_000)
  await turns()
  return tab
}

async function atCallback(stage: Stage): Promise<Tab> {
  const { auth, navigation } = stage.openTab(false)
  auth.signIn().catch(() => undefined)
  for (let wait = 0; navigation.left.length === 0 && wait < 500; wait += 1) await turns()
  const state = new URL(navigation.left[0] ?? '').searchParams.get('state')
  return stage.openTab(false, `https://app.example/callback?code=c&state=${state}`)
}

interface CallKind {
  readonly open: (stage: Stage) => Promise<Tab>
  readonly make: (auth: TokenManager, stage: Stage) => Promise<unknown>
  /** Named in the guide. */
  readonly boundMs: number
}

const api = 'https://api.example/orders'
const calls: Readonly<Record<string, CallKind>> = {
  ready: {
    async open(stage) {
      await signedIn(stage)
      stage.fallSilent()
      return stage.openTab(false)
    },
    make: (auth) => auth.ready,
    boundMs: 3_000,
  },
  'getAccessToken(), token fresh': {
    open: signedIn,
    make: (auth) => auth.getAccessToken(),
    boundMs: 0,
  },
  'getAccessToken(), token run out': {
    open: withExpiredToken,
    make: (auth) => auth.getAccessToken(),
    boundMs: 30_000,
  },
  'fetch()': { open: withExpiredToken, make: (auth) => auth.fetch(api), boundMs: 30_000 },
  'getAuthorizationHeaders()': {
    open: withExpiredToken,
    make: (auth) => auth.getAuthorizationHeaders(api),
    boundMs: 30_000,
  },
  'refresh()': { open: withExpiredToken, make: (auth) => auth.refresh(), boundMs: 30_000 },
  'startSession()': {
    open: (stage) => Promise.resolve(stage.openTab(false)),
    make: (auth, stage) => auth.startSession(stage.session()),
    boundMs: 15_000,
  },
  'signIn()': {
    open: (stage) => Promise.resolve(stage.openTab(false)),
    make: (auth) => auth.signIn(),
    boundMs: 35_000,
  },
  'handleRedirect()': {
    open: atCallback,
    make: (auth) => auth.handleRedirect(),
    boundMs: 35_000,
  },
  'signOut()': { open: signedIn, make: (auth) => auth.signOut(), boundMs: 8_000 },
}

const rows: string[] = []
afterAll(() => {
  process.stdout.write(`| call | what is silent | settles with | after |\n|-|-|-|-|\n`)
  process.stdout.write(`${rows.join('\n')}\n`)
})

describe.each(Object.entries(calls))('%s', (name, { open, make, boundMs }) => {
  it.each(parts)('settles when this falls silent: %s', async (part) => {
    const stage = createStage(part)
    const tab = await open(stage)
    stage.fallSilent()
    const left = tab.navigation.left.length
    const made = make(tab.auth, stage)
    const isLeaving = (): boolean => tab.navigation.left.length > left
    const { outcome, afterMs } = await settling(stage, made, isLeaving)
    rows.push(`| ${name} | ${part} | ${outcome} | ${afterMs / 1_000} s |`)
    expect(outcome).not.toMatch(/never|unknown/)
    // That would say that the session is kept, where there may be none.
    if (/signIn|handleRedirect/.test(name)) expect(outcome).not.toMatch(/RefreshUnavailable/)
    // The code by which an app tells silence, which passes, from a refusal.
    if (part === 'cryptography' && outcome.startsWith('Refresh')) {
      expect(outcome).toBe('RefreshUnavailableError TIMEOUT')
    }
    // Bounds are waited out in slices.
    expect(afterMs).toBeLessThanOrEqual(boundMs && boundMs + stepMs)

    stage.answerAgain()
    await turns()
    if (tab.auth.getState().status !== 'signed-in' || name === 'signOut()') {
      expect((await settling(stage, tab.auth.startSession(stage.session()))).afterMs).toBe(0)
    }
    let again = ''
    for (let tries = 0; tries < 20 && again !== 'fulfilled'; tries += 1) {
      again = (await settling(stage, tab.auth.getAccessToken())).outcome
      stage.clock.advance(1_000)
      await turns()
    }
    expect(again).toBe('fulfilled')
    // It waits for a revocation from before, which has a bound of this clock.
    const signOut = tab.auth.signOut({ endSession: false, revoke: false })
    const last = await settling(stage, signOut)
    expect(last.outcome).toBe('fulfilled')
    expect(last.afterMs).toBeLessThanOrEqual(3_000 + stepMs)
    const stillLeft = tab.navigation.left.length
    const isGone = (): boolean => tab.navigation.left.length > stillLeft
    for (let tries = 0; tries < 20 && !isGone(); tries += 1) {
      await settling(stage, tab.auth.signIn(), isGone)
      stage.clock.advance(1_000)
    }
    expect(isGone()).toBe(true)
  })
})

describe('another tab, whose parts answer', () => {
  it.each(parts)('is not held up for longer than a lease by this: %s', async (part) => {
    const stage = createStage(part)
    const tab = await withExpiredToken(stage)
    const other = stage.openTab(true)
    await other.auth.ready
    stage.fallSilent()
    tab.auth.getAccessToken().catch(() => undefined)
    await turns()
    // It is one and the same for all tabs here.
    isCryptoSilent = false
    const { outcome, afterMs } = await settling(stage, other.auth.getAccessToken())
    rows.push(`| getAccessToken() of another tab | ${part} | ${outcome} | ${afterMs / 1_000} s |`)
    expect(outcome).toMatch(/fulfilled|RefreshUnavailableError/)
    // An attempt that is lost on the way is made once more, at once.
    const boundMs = part === 'token endpoint' ? 2 * 10_000 + stepMs : leaseMs
    expect(afterMs).toBeLessThanOrEqual(boundMs)

    stage.answerAgain()
    await settling(stage, tab.auth.getAccessToken())
    stage.clock.advance(11_000)
    await settling(stage, tab.auth.getAccessToken())
    expect(await settling(stage, other.auth.getAccessToken())).toEqual({
      outcome: 'fulfilled',
      afterMs: 0,
    })
    expect(stage.server.counts.replays).toBe(0)
  })
})
