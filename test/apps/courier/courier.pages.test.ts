import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { listen, readBody } from '../../../demo/http.ts'
import { createFakeAuthorizationServer } from '../../../src/testing/fake-authorization-server.ts'
import { packPackage, type PackedPackage } from '../../package/packed-package.ts'
import { launchPlaywright, type Driver } from '../../browser/drivers.ts'
import { eventually, inPage, waitForStatus } from '../../browser/harness.ts'
import { apps, type ServedApp } from './build-apps.ts'
import { serviceWorkerIn } from '../../browser/courier/cut-renewals.ts'

const sharedWorker = 'a SharedWorker'
const serviceWorker = 'a service worker'
const ownWorker = 'the app’s own service worker'
const workbox = 'Workbox’s service worker'
const msw = 'MSW’s service worker'
/** They control the page, and have answers of their own. */
const ownWorkers = [ownWorker, workbox, msw]

interface Issuer {
  readonly origin: string
  readonly server: ReturnType<typeof createFakeAuthorizationServer>
  /** Keeps its replies back from now on. */
  keepBack(): void
  /** Sends those that it has kept back, and answers at once from then on. */
  answer(): void
  close(): Promise<void>
}

/** Rotates without grace. */
async function startIssuer(): Promise<Issuer> {
  const server = createFakeAuthorizationServer()
  const replies: (() => void)[] = []
  let isKeepingBack = false
  const listener = await listen(0)
  listener.handle = (request, response) => {
    void readBody(request).then((body) => file(body, response))
  }
  async function file(body: string, response: ServerResponse): Promise<void> {
    const reply = await server.fetch(server.metadata.token_endpoint, { body })
    const text = await reply.text()
    const send = (): void => {
      response.writeHead(reply.status, {
        'content-type': 'application/json',
        'access-control-allow-origin': '*',
      })
      response.end(text)
    }
    if (isKeepingBack) replies.push(send)
    else send()
  }
  return {
    origin: listener.origin,
    server,
    keepBack() {
      isKeepingBack = true
    },
    answer() {
      isKeepingBack = false
      for (const send of replies.splice(0)) send()
    },
    close: listener.close,
  }
}

let packed: PackedPackage
let driver: Driver<Page>
let issuer: Issuer

beforeAll(async () => {
  packed = packPackage()
  driver = await launchPlaywright()
})
beforeEach(async () => {
  await driver.newProfile()
  await issuer?.close()
  issuer = await startIssuer()
})
afterAll(async () => {
  await driver?.close()
  await issuer?.close()
  await packed?.remove()
})

const isThere = (page: Page): Promise<true> =>
  eventually('the app', () => inPage(page, () => 'app' in window, undefined))

const eventsIn = (page: Page): Promise<readonly string[]> =>
  inPage(page, () => window.app.events.map(({ type }) => type), undefined)

/** A page of a signed-in user, whose courier is ready. */
async function open({ origin }: ServedApp, courier: string): Promise<Page> {
  const page = await driver.newPage()
  await page.goto(
    `${origin}/?${new URLSearchParams({ issuer: issuer.origin, courier }).toString()}`,
  )
  await isThere(page)
  await inPage(page, (reply) => window.app.auth.startSession(reply), issuer.server.signIn())
  await waitForStatus(page, 'signed-in')
  if (courier !== sharedWorker) await serviceWorkerIn(page)
  return page
}

/** Has a renewal begin, and waits until the server has rotated. */
async function beginRenewal(page: Page): Promise<void> {
  const { counts } = issuer.server
  const before = counts.grants
  issuer.keepBack()
  await inPage(page, () => void window.app.auth.refresh().catch(() => {}), undefined)
  await eventually('the grant', async () => counts.grants > before)
}

/** The page is reloaded before the reply is sent. */
async function reload(page: Page): Promise<void> {
  await page.reload()
  await isThere(page)
  issuer.answer()
}

/** The page that comes next has the reply to the request of the one before, and no other. */
async function expectCollected(page: Page, generation: number): Promise<void> {
  const state = await eventually('the reply', () =>
    inPage(
      page,
      async (known) => {
        await window.app.auth.ready
        const found = window.app.auth.getState()
        if (found.status === 'signed-in' && found.generation < known) {
          await window.app.auth.refresh()
        }
        return window.app.auth.getState()
      },
      generation,
    ),
  )
  expect(state).toMatchObject({ status: 'signed-in', generation })
  expect(await eventsIn(page)).toContain('collected')
  expect(await eventsIn(page)).not.toContain('courier-unavailable')
  expect(issuer.server.counts).toMatchObject({ grants: generation - 1, replays: 0 })
}

const offered: readonly (readonly [string, readonly string[]])[] = [
  ['built by Vite', [sharedWorker, serviceWorker]],
  ['of Vite’s server for development', [sharedWorker, serviceWorker]],
  ['built by webpack', [sharedWorker, serviceWorker, ...ownWorkers]],
  ['in a static folder', [sharedWorker, serviceWorker, ownWorker]],
]

describe.each(offered)("an app %s, under worker-src 'self'", (name, couriers) => {
  let app: ServedApp

  beforeAll(async () => {
    const make = apps[name]
    if (!make) throw new Error(`There is no app ${name}.`)
    app = await make(packed)
  })
  afterAll(() => app?.close())

  test.each(couriers)('has %s carry on the renewal of a page that is reloaded', async (courier) => {
    const page = await open(app, courier)
    await beginRenewal(page)
    expect(await eventsIn(page)).not.toContain('courier-unavailable')
    await reload(page)
    await expectCollected(page, 2)
  })

  if (!couriers.includes(ownWorker)) return

  const greetingIn = (page: Page): Promise<string> =>
    inPage(page, async () => (await fetch('/greeting')).text(), undefined)

  const isAnswered = (page: Page): Promise<boolean> =>
    inPage(
      page,
      () =>
        new Promise<boolean>((resolve) => {
          const { serviceWorker: container } = navigator
          container.addEventListener('message', ({ data }) => resolve(data === 'pong'))
          container.startMessages()
          container.controller?.postMessage('ping')
        }),
      undefined,
    )

  test.each(couriers.filter((courier) => ownWorkers.includes(courier)))(
    'keeps what %s does, while that carries a letter and afterwards',
    async (courier) => {
      const page = await open(app, courier)
      await eventually('the control of the page', () =>
        inPage(page, () => navigator.serviceWorker.controller !== null, undefined),
      )
      await beginRenewal(page)
      expect(await greetingIn(page)).toBe('from the cache')
      if (courier === ownWorker) expect(await isAnswered(page)).toBe(true)
      await reload(page)
      await expectCollected(page, 2)
      expect(await greetingIn(page)).toBe('from the cache')
      if (courier === ownWorker) expect(await isAnswered(page)).toBe(true)
    },
  )

  test('loses no reply to a new version of its own service worker, which takes over at once', async () => {
    const page = await open(app, ownWorker)
    await beginRenewal(page)
    app.append('/own-worker.js', '\n// A new version.')
    await inPage(
      page,
      async () => void (await (await navigator.serviceWorker.ready).update()),
      undefined,
    )
    await reload(page)
    await expectCollected(page, 2)
    await beginRenewal(page)
    await reload(page)
    await expectCollected(page, 3)
  })
})
