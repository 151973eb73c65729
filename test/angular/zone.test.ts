// @vitest-environment happy-dom
import 'zone.js'
import '@angular/compiler'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { HttpResponse, type HttpInterceptorFn } from '@angular/common/http'
import { build } from 'esbuild'
import { of } from 'rxjs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createClock } from '../../src/angular/index.ts'
import type * as entry from '../../src/index.ts'
import { createMemoryNavigation } from '../../src/testing/memory-navigation.ts'
import { createMemoryPageEvents } from '../../src/testing/memory-page-events.ts'
import { createDeferred } from '../support/deferred.ts'
import { apiUrl, createProfile } from '../support/tabs.ts'
import { startApp, type App } from './app.ts'

const root = join(import.meta.dirname, '../..')

let app: App | undefined
afterEach(() => app?.close())

/** The package as Angular's tools build it for zone.js, which does not see what `await` goes on with. */
let built: typeof entry
let place: string
beforeAll(async () => {
  // Below the packages that it imports; a new clone has no such folder.
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  place = mkdtempSync(join(cache, 'zone-'))
  const outfile = join(place, 'tokenring.mjs')
  await build({
    entryPoints: [join(root, 'src/index.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    supported: { 'async-await': false },
  })
  built = (await import(/* @vite-ignore */ outfile)) as typeof entry
})
afterAll(() => rmSync(place, { recursive: true }))

/** An app in whose zone a session has begun, whose token is renewed in minutes. */
async function signInInZone(ports: Partial<entry.Ports>): Promise<entry.TokenManager> {
  const { server, store, locks, openChannel, fetch } = createProfile()
  const auth = built.createTokenManager(
    { authorizationServer: server.metadata, clientId: 'spa', storage: store, fetch },
    {
      locks,
      openChannel,
      pageEvents: createMemoryPageEvents(),
      navigation: createMemoryNavigation('https://app.example/'),
      ...ports,
    },
  )
  await auth.ready
  app = await startApp(auth, { isZoneless: false })
  await app.zone.run(() => auth.startSession(server.signIn()))
  return auth
}

describe('with zone.js', () => {
  it('the app becomes stable while the manager waits for the end of a token', async () => {
    const auth = await signInInZone({ clock: createClock() })
    await expect.poll(() => app?.isStable()).toBe(true)
    auth.dispose()
  })

  it('it does not with the ordinary clock: the timer is in the zone', async () => {
    const auth = await signInInZone({})
    await expect.poll(() => app?.zone.hasPendingMicrotasks).toBe(false)
    expect(app?.zone.hasPendingMacrotasks).toBe(true)
    expect(app?.isStable()).toBe(false)
    auth.dispose()
  })

  it('a clock’s timers run outside, and can be taken back', async () => {
    app = await startApp(createProfile().openTab().auth, { isZoneless: false })
    const clock = createClock()
    const ran: string[] = []
    const { promise, resolve } = createDeferred()
    app.zone.run(() => {
      clock.schedule(0, () => ran.push('taken back'))()
      clock.schedule(5, () => {
        ran.push(Zone.current.name)
        resolve()
      })
    })
    expect(app.zone.hasPendingMacrotasks).toBe(false)
    await promise
    expect(ran).toEqual(['<root>'])
  })

  it('the page shows what has changed outside of the zone', async () => {
    const { auth } = await createProfile().openSignedInTab()
    app = await startApp(auth, { isZoneless: false })
    expect(app.shown()).toContain('signed-in')
    await Zone.root.run(() => auth.signOut())
    await app.ref.whenStable()
    expect(app.shown()).toContain('signed-out')
  })

  it('what a request brings comes back into the zone it was made in', async () => {
    const network: HttpInterceptorFn = () => of(new HttpResponse({ body: 'seen', status: 200 }))
    const { auth } = await createProfile().openSignedInTab()
    app = await startApp(auth, { isZoneless: false, later: [network] })
    const { page, zone, ref } = app
    const came = await new Promise((resolve) => {
      zone.run(() =>
        page.http.get<string>(`${apiUrl}orders`).subscribe((body) => {
          page.text = body
          resolve(Zone.current.name)
        }),
      )
    })
    expect(came).toBe('angular')
    await ref.whenStable()
    expect(app.shown()).toContain('seen')
  })
})
