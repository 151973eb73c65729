import { courier, type CourierOptions } from '../../../src/courier/index.ts'
import { idle, type Idle } from '../../../src/idle/index.ts'
import { createTokenManager, dpop } from '../../../src/index.ts'
import type {
  SessionState,
  TokenManager,
  TokenManagerEvent,
  TokenManagerOptions,
} from '../../../src/index.ts'
import { signInSilently } from '../../../src/silent/index.ts'
import type { Addresses } from '../../../demo/servers.ts'

/** What the stage serves as the page's facts. */
export interface StageConfig extends Addresses {
  /** Laid over the options that follow from the addresses. */
  readonly managerOptions: Partial<TokenManagerOptions>
  /** Sender-constrained tokens; what `dpop()` returns cannot be written as JSON. */
  readonly dpop: boolean
  /** Renewals survive their page. A page has another courier with `?courier=…`. */
  readonly courier?: CourierOptions | undefined
}

/** Requests that this page is to send at one moment. */
export interface Volley {
  readonly url: string
  /** By the wall clock, which all pages share. */
  readonly at: number
  /** One request for each; the API logs it. */
  readonly requestIds: readonly string[]
  /** With the browser's own `fetch` and the token there is, for comparison. */
  readonly plain: boolean
}

export interface VolleyReport {
  /** The order came after its moment, so the pages did not fire together. */
  readonly late: boolean
  /** For each request its status, or the name and code of the error. */
  readonly outcomes: readonly (number | string)[]
  readonly finishedAt: number
}

/** What tests find in the page as `window.app`. */
export interface App {
  readonly createTokenManager: typeof createTokenManager
  readonly options: TokenManagerOptions
  readonly auth: TokenManager
  /** Only in a page with `?idle=…`, which has the options in JSON. */
  readonly idle: Idle | undefined
  /** Everything `auth` has reported in this page. */
  readonly events: readonly TokenManagerEvent[]
  /** Fulfils once a callback, if this page load is one, has been dealt with. */
  readonly ready: Promise<void>
  /** Only in a page with `?silently`: what came of the look for a user whom the server knows. */
  silent?: string
  fire(volley: Volley): Promise<VolleyReport>
}

/** What a page that calls the API as soon as it is there leaves for other pages under `calledAtOnce`. */
export interface CalledAtOnce {
  readonly status: number
  /** When a page that was prerendered was shown, in ms since it began. */
  readonly shownAfterMs: number
  readonly state: SessionState
  readonly events: readonly TokenManagerEvent[]
}

declare global {
  interface Window {
    app: App
  }
}

function optionsOf({
  managerOptions,
  dpop: isBound,
  courier: courierOfAll,
  ...addresses
}: StageConfig): TokenManagerOptions {
  // For one page load: a page that differs from the others in some option.
  const ofThisPage = new URLSearchParams(location.search).get('options') ?? '{}'
  const courierOfThisPage = new URLSearchParams(location.search).get('courier')
  const courierOptions =
    courierOfThisPage === null ? courierOfAll : (JSON.parse(courierOfThisPage) as CourierOptions)
  return {
    ...addresses.vendor.managerOptions,
    redirectUri: `${addresses.pageOrigin}/callback`,
    postLogoutRedirectUri: `${addresses.pageOrigin}/`,
    resourceServers: [`${addresses.apiOrigin}/`],
    ...managerOptions,
    dpop: isBound ? dpop() : undefined,
    courier: courierOptions && courier(courierOptions),
    ...(JSON.parse(ofThisPage) as Partial<TokenManagerOptions>),
  }
}

function startApp(config: StageConfig): App {
  const options = optionsOf(config)
  const idleOptions = new URLSearchParams(location.search).get('idle')
  const inactivity =
    idleOptions === null ? undefined : idle(JSON.parse(idleOptions) as Parameters<typeof idle>[0])
  const auth = createTokenManager({ ...options, idle: inactivity })
  const events: TokenManagerEvent[] = []
  auth.observe((event) => events.push(event))

  async function finishSignIn(): Promise<void> {
    const arrived = await auth.handleRedirect()
    if (arrived) history.replaceState(null, '', arrived.returnTo)
    await auth.ready
  }

  async function send(
    url: string,
    headers: Record<string, string>,
    plain: boolean,
  ): Promise<number | string> {
    try {
      const response = await (plain ? fetch(url, { headers }) : auth.fetch(url, { headers }))
      await response.arrayBuffer()
      return response.status
    } catch (error) {
      const { name, code = '' } = error as { name: string; code?: string }
      return `${name} ${code}`
    }
  }

  return {
    createTokenManager,
    options,
    auth,
    idle: inactivity,
    events,
    ready: finishSignIn(),
    async fire({ url, at, requestIds, plain }) {
      const authorization = plain ? await auth.getAuthorizationHeaders(url) : {}
      const late = Date.now() > at
      await new Promise((resolve) => setTimeout(resolve, at - Date.now()))
      const outcomes = await Promise.all(
        requestIds.map((id) => send(url, { ...authorization, 'x-request-id': id }, plain)),
      )
      return { late, outcomes, finishedAt: Date.now() }
    },
  }
}

/** Takes parts of the platform away, as if the browser did not have them. */
function takeAway(names: readonly string[]): void {
  if (names.includes('locks')) Reflect.deleteProperty(Navigator.prototype, 'locks')
  if (names.includes('channel')) Reflect.deleteProperty(window, 'BroadcastChannel')
  if (names.includes('indexeddb')) Reflect.deleteProperty(window, 'indexedDB')
}

/** Tasks in a row in which the page hears nothing, as a phone has them at the start of an app. */
function keepBusy(tasks: number, eachMs: number): void {
  for (let task = 0; task < tasks; task += 1) {
    setTimeout(() => {
      for (const from = performance.now(); performance.now() - from < eachMs;);
    })
  }
}

/** In a page with `?silently`, also if that is where a sign-in, well or not, comes back to. */
async function lookSilently(app: App): Promise<void> {
  await app.ready.catch(({ returnTo = '' }: { readonly returnTo?: string }) => {
    if (returnTo.endsWith('?silently')) history.replaceState(null, '', returnTo)
  })
  if (new URLSearchParams(location.search).has('silently')) {
    app.silent = await signInSilently(app.auth)
  }
}

const parameters = new URLSearchParams(location.search)
takeAway(parameters.getAll('without'))
const facts = await fetch('./facts.json')
const config = (await facts.json()) as StageConfig
window.app = startApp(config)
// Whether or not anybody looks at the page yet.
if (parameters.has('callAtOnce')) {
  const { auth, events } = window.app
  void auth.fetch(`${config.apiOrigin}/orders`).then(({ status }) => {
    const [navigation] = performance.getEntriesByType('navigation')
    const { activationStart } = navigation as PerformanceEntry & {
      readonly activationStart: number
    }
    const called: CalledAtOnce = {
      status,
      shownAfterMs: activationStart,
      state: auth.getState(),
      events,
    }
    localStorage.setItem('calledAtOnce', JSON.stringify(called))
  })
}
void lookSilently(window.app)
keepBusy(Number(parameters.get('busyTasks')), Number(parameters.get('busyMs')))
