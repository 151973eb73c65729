import { afterEach, describe, expect, it, vi } from 'vitest'
import type { NoCourier } from '../../src/core/events.ts'
import type { Route } from '../../src/courier/post-office.ts'
import { createServiceWorkerRoute } from '../../src/courier/service-worker-route.ts'
import { promiseTurns } from '../contracts/promise-turns.ts'
import { createDeferred } from '../support/deferred.ts'
import { patience } from '../support/patience.ts'
import { letterMessage } from './letter-message.ts'

const file = 'assets/tokenring-courier.js?v=1'
const address = 'https://app.example/shop/assets/tokenring-courier.js'

type Violation = (event: { readonly effectiveDirective: string }) => void

interface Registered {
  readonly url: unknown
  readonly scope: string | undefined
}

/** A page below `/shop/`, in which a worker can be registered if `register` does. */
function openPage(register?: () => Promise<unknown>) {
  const violations: Violation[] = []
  const registered: Registered[] = []
  vi.stubGlobal('document', {
    baseURI: 'https://app.example/shop/',
    addEventListener: (_: string, listener: Violation) => violations.push(listener),
  })
  const serviceWorker = register && {
    register(url: unknown, how?: RegistrationOptions) {
      registered.push({ url, scope: how?.scope })
      return register()
    },
  }
  vi.stubGlobal('navigator', { serviceWorker })
  return {
    registered,
    violate: (effectiveDirective: string) =>
      violations.forEach((listener) => listener({ effectiveDirective })),
  }
}

function createRegistration() {
  const posted: (readonly [message: unknown, transferred: unknown])[] = []
  const active = {
    postMessage: (message: unknown, transferred: unknown) => posted.push([message, transferred]),
  }
  return { registration: { active: undefined as typeof active | undefined }, active, posted }
}

type From = Parameters<typeof createServiceWorkerRoute>[0]

function routeTo(from: unknown): { readonly route: Route; readonly reasons: NoCourier[] } {
  const reasons: NoCourier[] = []
  const route = createServiceWorkerRoute(from as From, (reason) => reasons.push(reason))
  return { route, reasons }
}

/** Why there is no courier, once that is known. */
async function reasonOf(from: unknown): Promise<readonly NoCourier[]> {
  const { route, reasons } = routeTo(from)
  await vi.waitUntil(() => reasons.length > 0, patience)
  expect(route.isOpen()).toBe(false)
  return reasons
}

afterEach(() => vi.unstubAllGlobals())

describe('a way to a service worker', () => {
  it('registers the file with a scope in which there is no page', () => {
    const { registered } = openPage(() => new Promise(() => {}))
    routeTo(file)
    expect(registered).toEqual([
      { url: `${address}?v=1`, scope: '/shop/assets/tokenring-courier.js/.tokenring/' },
    ])
  })

  it('is open once the worker is active, and hands messages with their ports to it', async () => {
    const { registration, active, posted } = createRegistration()
    openPage(() => Promise.resolve(registration))
    const { route, reasons } = routeTo(file)
    const { port1: port } = new MessageChannel()
    expect(route.isOpen()).toBe(false)
    await promiseTurns(10)
    expect(route.isOpen()).toBe(false)
    route.send(letterMessage(), port)
    registration.active = active
    expect(route.isOpen()).toBe(true)
    expect(posted).toEqual([])
    route.send(letterMessage(), port)
    expect(posted).toEqual([[letterMessage(), [port]]])
    expect(reasons).toEqual([])
    port.close()
  })

  it('takes a registration of the app, or a promise of one, and registers nothing', async () => {
    const { registered } = openPage(() => Promise.reject(new Error('not asked for')))
    const { registration, active } = createRegistration()
    registration.active = active
    const later = createDeferred()
    const { route: there } = routeTo(registration)
    const { route: promised } = routeTo(later.promise.then(() => registration))
    await vi.waitUntil(() => there.isOpen(), patience)
    expect(promised.isOpen()).toBe(false)
    later.resolve()
    await vi.waitUntil(() => promised.isOpen(), patience)
    expect(registered).toEqual([])
  })

  it('is not to be had where there are no service workers', async () => {
    openPage()
    expect(await reasonOf(file)).toEqual(['unsupported'])
  })

  it('is not to be had where the browser says that it does not support it', async () => {
    openPage(() => Promise.reject(new DOMException('No.', 'NotSupportedError')))
    expect(await reasonOf(file)).toEqual(['unsupported'])
  })

  it.each([new TypeError('404'), {}])(
    'has no worker when it cannot be registered: %o',
    async (thrown) => {
      openPage(() => Promise.reject(thrown))
      expect(await reasonOf(file)).toEqual(['no-worker'])
    },
  )

  it('has no worker when the address is none, or the promise of the app rejects', async () => {
    openPage(() => Promise.reject(new Error('not asked for')))
    expect(await reasonOf('http://')).toEqual(['no-worker'])
    expect(await reasonOf(Promise.reject(new Error('gone')))).toEqual(['no-worker'])
  })

  it.each([
    ['worker-src', 'csp'],
    ['img-src', 'no-worker'],
  ])('waits for the word that says whether the page forbids it: %s', async (directive, reason) => {
    const refused = createDeferred()
    const { violate } = openPage(() => refused.promise.then(() => Promise.reject(new Error('No.'))))
    const { reasons } = routeTo(file)
    refused.resolve()
    await promiseTurns(10)
    // Chromium says so only after the registration has failed.
    expect(reasons).toEqual([])
    violate(directive)
    await vi.waitUntil(() => reasons.length > 0, patience)
    expect(reasons).toEqual([reason])
  })

  it('registers by the policy `tokenring` where the page enforces Trusted Types', async () => {
    const { registered } = openPage(() => new Promise(() => {}))
    vi.stubGlobal('trustedTypes', {
      createPolicy: (name: string, rules: { createScriptURL: (url: string) => string }) => ({
        createScriptURL: (url: string) => `${name}: ${rules.createScriptURL(url)}`,
      }),
    })
    routeTo(file)
    expect(registered).toMatchObject([{ url: `tokenring: ${address}?v=1` }])
  })

  it('is forbidden where the page does not allow that policy', async () => {
    const { registered } = openPage(() => new Promise(() => {}))
    vi.stubGlobal('trustedTypes', {
      createPolicy() {
        throw new TypeError('Policy disallowed.')
      },
    })
    expect(await reasonOf(file)).toEqual(['csp'])
    expect(registered).toEqual([])
  })
})
