import { createTokenManager, isTokenError } from '../../../src/index.ts'
import type { TokenManager, TokenManagerEvent } from '../../../src/index.ts'
import { courier } from '../../../src/courier/index.ts'
import { createSessionReport } from '../../../src/report/index.ts'
import type { LaneEvent } from '../timeline/lane-event.ts'
import { isOffline } from './conditions.ts'
import type { SharedConditions } from './conditions.ts'
import { installCountingFetch, requestIdHeader } from './counting-fetch.ts'
import { createDemoClock } from './demo-clock.ts'
import type { Facts } from './facts.ts'
import type { Message } from './messages.ts'
import { arrive, leaveToSignIn } from './sign-in.ts'
import { summarize } from './tab-snapshot.ts'
import type { RequestSummary, SignInEnd, TabKind, TabSnapshot } from './tab-snapshot.ts'

const requestsShown = 6
const courierFileAddress = './tokenring-courier.js'

export interface DemoApp {
  readonly auth: TokenManager
  snapshot(): TabSnapshot
  /** What has happened here, without a token, as users would send it to whoever makes the app. */
  report(): string
  /** Fulfils only if it could not leave, with why. As a user if one is named, without a click. */
  signIn(user?: string): Promise<string>
  /** Ends the sign-in that this page load is the way back from, if it is one. */
  arrive(): Promise<void>
  /** Sends requests to the API at the same moment. The outcome of each: a status or an error's code. */
  callApi(times: number): Promise<string[]>
  stepClock(byMs: number): void
}

export interface DemoAppOptions {
  readonly facts: Facts
  readonly lane: string
  readonly kind: TabKind
  /** Where the authorization server sends this page back to. */
  readonly redirectUri: string
  readonly conditions: SharedConditions
  report(message: Message): void
}

/** The app that every tab of the demo is: one token manager, and a report of all it does. */
export function createDemoApp(options: DemoAppOptions): DemoApp {
  const { facts, lane, kind, conditions, report } = options
  const clock = createDemoClock(() => conditions.get().elapsedMs)
  const counted = installCountingFetch(() => isOffline(conditions.get()))
  let requests: readonly RequestSummary[] = []
  let signIn: SignInEnd | undefined

  const auth = createTokenManager(
    {
      ...facts.vendor.managerOptions,
      redirectUri: options.redirectUri,
      resourceServers: [`${facts.apiOrigin}/`],
      // Half of the usual, so that nobody has to watch a hanging server for long.
      tokenRequestTimeoutMs: 5_000,
      // A service worker, because it works in every engine.
      ...(conditions.get().courier && {
        courier: courier({ serviceWorker: courierFileAddress }),
      }),
    },
    { clock },
  )
  const sessionReport = createSessionReport(auth, { options: facts.vendor.managerOptions })
  auth.observe((event) => {
    if (event.type === 'session-started') signIn = undefined
    report({ kind: 'event', event: ofManager(lane, event) })
  })
  auth.subscribe(reportSnapshot)
  conditions.subscribe((now, before) => {
    // A manager has one from its beginning, or none.
    if (now.courier !== before.courier) return location.reload()
    // The browser says it so when the network is back.
    if (isOffline(before) && !isOffline(now)) dispatchEvent(new Event('online'))
    reportSnapshot()
  })

  function snapshot(): TabSnapshot {
    const state = summarize(auth.getState(), clock.now())
    const loadedAt = performance.timeOrigin
    return {
      lane,
      kind,
      at: Date.now(),
      loadedAt,
      state,
      conditions: conditions.get(),
      requests,
      ...(signIn && { signIn }),
    }
  }

  function endSignIn(problem?: string): void {
    signIn = { endedAt: Date.now(), ...(problem !== undefined && { problem }) }
    reportSnapshot()
  }

  function failSignIn(error: unknown): string {
    const problem = String(error)
    const details = isTokenError(error) ? { code: error.code } : {}
    report({ kind: 'event', event: { lane, at: Date.now(), type: 'sign-in-failed', details } })
    endSignIn(problem)
    return problem
  }

  function reportSnapshot(): void {
    report({ kind: 'snapshot', snapshot: snapshot() })
  }

  async function callOnce(): Promise<string> {
    const id = crypto.randomUUID()
    const startedAt = performance.now()
    const outcome = await auth
      .fetch(`${facts.apiOrigin}/orders`, { headers: { [requestIdHeader]: id } })
      .then(
        ({ status }) => String(status),
        (error: unknown) => (isTokenError(error) ? error.code : 'NETWORK'),
      )
    const sends = counted.takeSends(id)
    const details = { outcome, sends, tookMs: Math.round(performance.now() - startedAt) }
    requests = [...requests, { id, outcome, sends }].slice(-requestsShown)
    report({ kind: 'event', event: { lane, at: Date.now(), type: 'request', details } })
    reportSnapshot()
    return outcome
  }

  return {
    auth,
    snapshot,
    report: sessionReport.text,
    signIn(user) {
      signIn = undefined
      reportSnapshot()
      return leaveToSignIn(auth, user).catch(failSignIn)
    },
    async arrive() {
      const arrival = await arrive(auth)
      if (arrival === 'signed-in') endSignIn()
      else if (arrival !== 'nothing') failSignIn(arrival.error)
    },
    callApi: (times) => Promise.all(Array.from({ length: times }, callOnce)),
    stepClock(byMs) {
      clock.step(byMs)
      reportSnapshot()
    },
  }
}

/** On the machine's time line, whatever the tab's clock says. */
function ofManager(lane: string, { type, ...rest }: TokenManagerEvent): LaneEvent {
  const details = Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value !== undefined),
  )
  return { lane, at: Date.now(), type, details }
}
