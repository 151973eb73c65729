// @vitest-environment happy-dom
import '@angular/compiler'
import {
  createEnvironmentInjector,
  EnvironmentInjector,
  runInInjectionContext,
} from '@angular/core'
import { afterEach, describe, expect, it } from 'vitest'
import { injectAuth, injectSession } from '../../src/angular/index.ts'
import { createProfile, settle } from '../support/tabs.ts'
import { startApp, type App } from './app.ts'

let app: App | undefined
afterEach(() => app?.close())

describe('injectSession', () => {
  it('shows the session without zone.js, and every change of it', async () => {
    const profile = createProfile()
    const { auth } = profile.openTab()
    app = await startApp(auth)
    await app.ref.whenStable()
    expect(app.shown()).toContain('signed-out')
    await auth.startSession(profile.server.signIn())
    await app.ref.whenStable()
    expect(app.shown()).toContain('signed-in')
    await auth.signOut()
    await app.ref.whenStable()
    expect(app.shown()).toContain('signed-out')
  })

  it('is another value only when what is selected is another one', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    app = await startApp(auth)
    const { session, status } = app.page
    const before = [session(), status()]
    await auth.refresh()
    expect(session()).toBe(auth.getState())
    expect(session()).not.toBe(before[0])
    expect(status()).toBe('signed-in')
    expect(Object.keys(session)).not.toContain('set')
  })

  it('stops listening with what has injected it', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    app = await startApp(auth)
    const parent = app.ref.injector.get(EnvironmentInjector)
    const own = createEnvironmentInjector([], parent)
    const session = runInInjectionContext(own, () => injectSession())
    const last = session()
    own.destroy()
    await auth.signOut()
    await settle()
    expect(session()).toBe(last)
  })
})

describe('injectAuth', () => {
  it('gives the manager, and says what is missing', async () => {
    const { auth } = createProfile().openTab()
    app = await startApp(auth)
    expect(app.page.auth).toBe(auth)
    expect(() => injectAuth()).toThrow('injectAuth()')
    const empty = createEnvironmentInjector([], null as unknown as EnvironmentInjector)
    expect(() => runInInjectionContext(empty, injectAuth)).toThrow('provideAuth(manager)')
  })
})
