import { afterEach, describe, expect, it, vi } from 'vitest'
import { courier, type CourierOptions, type NoCourier } from '../../src/courier/index.ts'
import { createTokenManager, type TokenManagerOptions } from '../../src/index.ts'
import { createFakeAuthorizationServer } from '../../src/testing/fake-authorization-server.ts'
import { createTestBrowser } from '../../src/testing/test-browser.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

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

  it.each([
    [
      { serviceWorker: new URL('https://app.example/a.js') },
      'serviceWorker must be the address of a file, as a string',
    ],
    [{ serviceWorker: '' }, 'serviceWorker must be the address of a file, as a string'],
    [{ sharedWorker: 'http://' }, 'sharedWorker must be the address of a file, as a string'],
    [
      { registration: 1 },
      'registration must be a service worker registration, or a promise of one',
    ],
    [
      { serviceworker: '/a.js' },
      'serviceworker must be one of serviceWorker, sharedWorker, registration',
    ],
  ])('refuses %j, and says why', (odd, rule) => {
    expect(() => courier(odd as unknown as CourierOptions)).toThrow(
      new TypeError(`courier options.${rule}`),
    )
  })

  it.each([null, '/tokenring-courier.js'])('refuses %j in place of options', (odd) => {
    expect(() => courier(odd as unknown as CourierOptions)).toThrow(
      new TypeError('courier options must be an object'),
    )
  })
})

it('starts the file that comes with the package, which bundlers take along, where no other is named', async () => {
  const started: string[] = []
  vi.stubGlobal('document', { addEventListener() {}, baseURI: 'https://app.example/shop/' })
  vi.stubGlobal('location', new URL('https://app.example/shop/'))
  vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:https://app.example/1')
  vi.stubGlobal(
    'SharedWorker',
    function SharedWorker(url: string, { extendedLifetime }: { extendedLifetime?: boolean }) {
      if (extendedLifetime && URL.canParse(url)) started.push(url)
      return Object.assign(new EventTarget(), { port: { close() {} } })
    },
  )
  const blobs = vi.spyOn(globalThis, 'Blob')
  const { metadata } = createFakeAuthorizationServer()
  for (const options of [{}, { sharedWorker: 'courier.js' }]) {
    const { ports } = createTestBrowser().openTab('https://app.example/')
    const given = { authorizationServer: metadata, clientId: 'spa', courier: courier(options) }
    createTokenManager(given, ports).dispose()
  }
  expect(started).toEqual(['blob:https://app.example/1', 'https://app.example/shop/courier.js'])
  expect(blobs.mock.calls[0]?.[0]?.[0]).toMatch(/tokenring-courier\.js\?no-inline"\)$/)
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

  it('says once that there is none, however often it would need one', async () => {
    vi.stubGlobal('document', { addEventListener() {} })
    const { metadata: authorizationServer, signIn, fetch } = createFakeAuthorizationServer()
    vi.stubGlobal('fetch', fetch)
    const { ports } = createTestBrowser().openTab('https://app.example/')
    const never = courier({ registration: new Promise(() => {}) })
    const auth = createTokenManager(
      { authorizationServer, clientId: 'spa', courier: never, storage: 'indexeddb' },
      ports,
    )
    const reasons: NoCourier[] = []
    auth.observe((event) => {
      if (event.type === 'courier-unavailable') reasons.push(event.reason)
    })
    await auth.startSession(signIn())
    for (let time = 0; time < 3; time += 1) await auth.refresh()
    expect(reasons).toEqual(['no-worker'])
    auth.dispose()
  })

  it('says that a worker has no part in a fetch of the app', async () => {
    expect(await reasonWith({ storage: 'indexeddb', fetch: globalThis.fetch })).toBe('own-fetch')
  })
})
