import { describe, expect, it } from 'vitest'
import { courier, type CourierOptions, type NoCourier } from '../../src/courier/index.ts'
import { createTokenManager, type TokenManagerOptions } from '../../src/index.ts'
import { createFakeAuthorizationServer } from '../../src/testing/fake-authorization-server.ts'
import { createTestBrowser } from '../../src/testing/test-browser.ts'

describe('courier()', () => {
  it('touches nothing before a manager connects to it, so it can be made on a server', () => {
    expect(() => courier()).not.toThrow()
    expect(() => courier({ serviceWorker: '/tokenring-courier.js' })).not.toThrow()
  })

  it('refuses two ways at once', () => {
    expect(() => courier({ serviceWorker: '/a.js', sharedWorker: '/a.js' })).toThrow(
      new TypeError('courier: serviceWorker and sharedWorker exclude each other'),
    )
  })

  it('refuses an address that is no text', () => {
    const odd = { serviceWorker: new URL('https://app.example/a.js') } as unknown as CourierOptions
    expect(() => courier(odd)).toThrow(
      new TypeError('courier: serviceWorker must be the address of a file'),
    )
  })
})

describe('a manager that cannot have a courier', () => {
  async function reasonWith(more: Partial<TokenManagerOptions>): Promise<NoCourier | undefined> {
    const { metadata } = createFakeAuthorizationServer()
    const { ports } = createTestBrowser().openTab('https://app.example/')
    const given = { authorizationServer: metadata, clientId: 'spa', courier: courier(), ...more }
    const auth = createTokenManager(given, ports)
    let reason: NoCourier | undefined
    auth.observe((event) => {
      if (event.type === 'courier-unavailable') reason = event.reason
    })
    await auth.ready
    auth.dispose()
    return reason
  }

  it('says that the session is not where a worker could file anything', async () => {
    expect(await reasonWith({ storage: 'memory' })).toBe('storage')
  })

  it('says that a worker has no part in a fetch of the app', async () => {
    expect(await reasonWith({ storage: 'indexeddb', fetch: globalThis.fetch })).toBe('own-fetch')
  })
})
