import { describe, expect, it } from 'vitest'
import { createTokenProxy, type TokenProxyOptions } from '../../src/token-proxy/index.ts'
import { everythingIn } from '../support/everything-in.ts'
import { clientSecret, post, startBoth } from './servers.ts'

const good: TokenProxyOptions = {
  tokenEndpoint: 'https://vendor.example/oauth/token',
  clientId: 'web',
  clientSecret,
  allowedOrigins: ['https://app.example.com'],
}

function errorWith(changes: Readonly<Record<string, unknown>>): unknown {
  try {
    createTokenProxy({ ...good, ...changes })
    return undefined
  } catch (error) {
    return error
  }
}

describe('createTokenProxy', () => {
  it.each<[string, readonly unknown[]]>([
    [
      'tokenEndpoint',
      [
        undefined,
        '',
        '/oauth/token',
        'vendor.example/token',
        'http://vendor.example/token',
        'ftp://vendor.example/token',
        'https://user:pass@vendor.example/token',
        'https://vendor.example/token#fragment',
        new URL('https://vendor.example/token'),
      ],
    ],
    ['clientId', [undefined, '', ' web', 7]],
    ['clientSecret', [undefined, '', null, 7, `${clientSecret}\n`, ` ${clientSecret}`]],
    ['authentication', ['none', '', null]],
    ['encoding', ['xml', null]],
    [
      'allowedOrigins',
      [
        undefined,
        [],
        '*',
        'https://app.example.com',
        ['*'],
        ['null'],
        [''],
        ['https://*.example.com'],
        ['https://app.example.com/'],
        ['https://app.example.com/path'],
        ['https://app.example.com:443'],
        ['https://App.example.com'],
        ['http://app.example.com'],
        ['app.example.com'],
        ['file:///app'],
        ['https://app.example.com', 7],
        [/example/],
      ],
    ],
    ['allowedGrants', [[], ['password'], ['refresh_token', 'client_credentials'], 'refresh_token']],
    ['maxBodyBytes', [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1000']],
    ['timeoutMs', [0, 99, -1, Number.NaN, Number.POSITIVE_INFINITY, '9000']],
    ['fetch', ['fetch', null]],
    ['allowedOrigin', ['https://app.example.com']],
    ['toString', [1]],
  ])('names a wrong %s, and not the secret', (name, values) => {
    for (const value of values) {
      const error = errorWith({ [name]: value })
      expect(error).toBeInstanceOf(TypeError)
      const text = everythingIn(error)
      expect(text).toContain(`options.${name} `)
      expect(text).not.toContain(clientSecret)
    }
  })

  it('wants options', () => {
    for (const options of [undefined, null, 'web']) {
      expect(() => createTokenProxy(options as never)).toThrow(TypeError)
    }
  })

  it.each<[string, Partial<TokenProxyOptions>]>([
    ['a token endpoint on loopback', { tokenEndpoint: 'http://localhost:9443/token' }],
    ['a token endpoint with a query', { tokenEndpoint: 'https://vendor.example/token?v=2' }],
    ['origins on loopback', { allowedOrigins: ['http://localhost:5173', 'http://[::1]:5173'] }],
    ['a port', { allowedOrigins: ['https://app.example.com:8443'] }],
    ['JSON with Basic', { encoding: 'json', authentication: 'basic' }],
    ['one grant', { allowedGrants: ['refresh_token'] }],
    [
      'members that are undefined',
      {
        authentication: undefined,
        encoding: undefined,
        allowedGrants: undefined,
        maxBodyBytes: undefined,
        timeoutMs: undefined,
        fetch: undefined,
      },
    ],
  ])('takes %s', (_, changes) => {
    expect(errorWith(changes)).toBeUndefined()
  })

  it('takes a class of the app with getters, and checks what they return', () => {
    class Configuration {
      readonly tokenEndpoint = good.tokenEndpoint
      readonly clientId = good.clientId
      readonly allowedOrigins = good.allowedOrigins
      get clientSecret(): string {
        return clientSecret
      }
      get timeoutMs(): number {
        return 5_000
      }
    }
    class Wrong extends Configuration {
      override get timeoutMs(): number {
        return -5
      }
    }
    expect(() => createTokenProxy(new Configuration())).not.toThrow()
    expect(() => createTokenProxy(new Wrong())).toThrow('options.timeoutMs must be')
  })

  it('uses what it has checked, whatever a getter returns the next time', async () => {
    const addresses: unknown[] = []
    let reads = 0
    const tokenProxy = createTokenProxy({
      ...good,
      async fetch(address) {
        addresses.push(address)
        return Response.json({})
      },
      get tokenEndpoint() {
        reads += 1
        return reads === 1 ? good.tokenEndpoint : 'http://evil.example/'
      },
    })
    await tokenProxy(
      new Request('https://app.example.com/token', {
        method: 'POST',
        headers: { origin: 'https://app.example.com' },
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'rt-1' }),
      }),
    )
    expect(addresses).toEqual([good.tokenEndpoint])
  })

  it.each<[string, unknown]>([
    ['tokenEndpoint', 'https://evil.example/token'],
    ['allowedOrigins', ['https://evil.example']],
    ['clientSecret', 'planted'],
    ['maxBodyBytes', 1],
    ['timeoutMs', -5],
    ['allowedGrants', ['password']],
    ['encoding', 'xml'],
    ['fetch', 'none'],
  ])('takes no %s from Object.prototype, where a request may have put it', (name, planted) => {
    const { [name as 'fetch']: _, ...rest } = { ...good, fetch: async () => Response.json({}) }
    const isRequired = name in good
    const pollution = Object.prototype as unknown as Record<string, unknown>
    pollution[name] = planted
    try {
      const create = (): unknown => createTokenProxy(rest)
      if (isRequired) expect(create).toThrow(`options.${name} must be`)
      else expect(create).not.toThrow()
    } finally {
      delete pollution[name]
    }
  })

  it('does not heed what becomes of the options later', async () => {
    const allowedOrigins = ['https://app.example.com']
    const { upstream, address } = await startBoth({ allowedOrigins })
    allowedOrigins.push('https://evil.example')
    const foreign = { headers: { origin: 'https://evil.example' } }
    expect((await post(address, undefined, foreign)).status).toBe(403)
    expect(upstream.received).toEqual([])
  })
})
