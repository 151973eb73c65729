import { describe, expect, it } from 'vitest'
import {
  parseResourceServers,
  type ResourceServerOptions,
} from '../../src/http/resource-servers.ts'

const pageUrl = 'https://app.example/shop/cart?item=1#top'

function match(
  entries: readonly (string | ResourceServerOptions)[],
  url: string,
): string | undefined {
  return parseResourceServers(entries, pageUrl).match(new URL(url, pageUrl))?.id
}

describe('parseResourceServers: match', () => {
  const whole = ['https://api.example']
  const versioned = ['https://api.example/v2/']

  it.each([
    'https://api.example',
    'https://api.example/',
    'https://api.example/v1?a=1#b',
    'https://api.example:443/v1',
    'HTTPS://API.EXAMPLE/v1',
    'https:\\\\api.example\\v1',
    'https://api.example//evil.example',
    'https://api.example/%2F%2Fevil.example',
    'https://api.example/@evil.example',
    '//api.example/v1',
    'https://ap%69.example/',
    'https://\uff41pi.example/',
    'https://a\tpi.example/',
  ])('finds the server of %j', (url) => {
    expect(match(whole, url)).toBe('https://api.example')
  })

  it.each([
    'https://api.example@evil.example/',
    'https://api.example:pass@evil.example/',
    'https://api.example%2f@evil.example/',
    'https://evil.example/https://api.example/',
    'https://evil.example?https://api.example/',
    'https://evil.example#@api.example/',
    'https://evil.example\\@api.example/',
    'https://api.example.evil.example/',
    'https://notapi.example/',
    'https://evil-api.example/',
    'https://sub.api.example/',
    'https://example/',
    'https://api.example./',
    'https://api.example:8443/',
    'https://api.example:80/',
    'https://xn--pi-7ia.example/',
    'https://\u0430pi.example/',
    'https://api\u3002example.evil.example/',
    'wss://api.example/',
    'ftp://api.example/',
    'blob:https://api.example/8d1f',
    'data:text/plain,https://api.example/',
    'file://api.example/',
    'javascript://api.example/%0aalert(1)',
    'about:blank',
    '/v1',
    '//evil.example/v1',
  ])('finds nothing for %j', (url) => {
    expect(match(whole, url)).toBeUndefined()
  })

  it.each([
    'https://api.example/v2',
    'https://api.example/v2/',
    'https://api.example/v2?a=1',
    'https://api.example/v2/orders/1',
    'https://api.example/v2//orders',
    'https://api.example/v1/../v2/orders',
    'https://api.example/v2/./orders',
    'https://api.example/v2/a/../orders',
    'https://api.example/v2/%2e/orders',
    'https://api.example/v2/a%2Fb',
    'https://api.example/v2/a%5Cb',
    'https://api.example/v2/a%2F..%2Fb',
    'https://api.example/v2/..%252fadmin',
    'https://api.example\\v2\\orders',
  ])('finds the path of %j', (url) => {
    expect(match(versioned, url)).toBe('https://api.example/v2')
  })

  it.each([
    'https://api.example/',
    'https://api.example/v1',
    'https://api.example/v22',
    'https://api.example/v2x/orders',
    'https://api.example/v2.1/orders',
    'https://api.example/V2/orders',
    'https://api.example//v2/orders',
    'https://api.example/x/v2/orders',
    'https://api.example/v2/../admin',
    'https://api.example/v2/..',
    'https://api.example/v2/%2e%2e/admin',
    'https://api.example/v2/%2E%2e/admin',
    'https://api.example/v2/.%2e/admin',
    'https://api.example/v2\\..\\admin',
    'https://api.example/v2/..%2fadmin',
    'https://api.example/v2/..%2Fadmin',
    'https://api.example/v2/%2e%2e%2fadmin',
    'https://api.example/v2/..%5cadmin',
    'https://api.example/v2/%2e%2e%5Cadmin',
    'https://api.example/v2/a%2f..%2f..%2fadmin',
    'https://api.example/v2/%2F..%2Fadmin',
    'https://api.example/v2/%5c..%5cadmin',
    'https://api.example/v2%2forders',
    'https://api.example/%76%32/orders',
  ])('does not find the path of %j', (url) => {
    expect(match(versioned, url)).toBeUndefined()
  })

  it('finds the path of a prefix that holds an encoded slash itself', () => {
    const encoded = ['https://api.example/orgs/a%2Fb/']
    expect(match(encoded, 'https://api.example/orgs/a%2Fb/x')).toBe(
      'https://api.example/orgs/a%2Fb',
    )
    expect(match(encoded, 'https://api.example/orgs/a%2Fb%2F..%2Fc')).toBeUndefined()
    expect(match(encoded, 'https://api.example/orgs/a%2Fb/..%2f..%2fx')).toBeUndefined()
    expect(match(encoded, 'https://api.example/orgs/a/b/x')).toBeUndefined()
  })

  it('prefers the longest path, in whatever order they are listed', () => {
    const all = 'https://api.example/'
    const v2 = 'https://api.example/v2/'
    const admin = 'https://api.example/v2/admin'
    for (const listed of [
      [all, v2, admin],
      [admin, v2, all],
      [v2, admin, all],
    ]) {
      expect(match(listed, 'https://api.example/v2/admin/users')).toBe(admin)
      expect(match(listed, 'https://api.example/v2/administration')).toBe('https://api.example/v2')
      expect(match(listed, 'https://api.example/v3')).toBe('https://api.example')
    }
  })

  it('gives each server the token parameters it was listed with', () => {
    const servers = parseResourceServers(
      [
        'https://api.example',
        {
          url: 'https://files.example',
          scope: 'files',
          resource: 'https://files.example',
          audience: 'files',
        },
        { url: 'https://mail.example', scope: undefined },
      ],
      pageUrl,
    )
    const parametersOf = (url: string) => servers.match(new URL(url))?.parameters
    expect(parametersOf('https://api.example/a')).toEqual({})
    expect(parametersOf('https://mail.example/a')).toEqual({})
    expect(parametersOf('https://files.example/a')).toEqual({
      scope: 'files',
      resource: 'https://files.example',
      audience: 'files',
    })
  })

  it.each([
    ['/api/', 'https://app.example/api/orders', 'https://app.example/api'],
    ['api', 'https://app.example/shop/api', 'https://app.example/shop/api'],
    ['//api.example/v2', 'https://api.example/v2/orders', 'https://api.example/v2'],
  ])('resolves %s against the page', (entry, url, id) => {
    expect(match([entry], url)).toBe(id)
    expect(match([entry], 'https://evil.example/api/orders')).toBeUndefined()
  })

  it('is told of no server by default', () => {
    expect(match([], 'https://api.example/')).toBeUndefined()
  })

  it.each(['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000'])(
    'takes %s in cleartext, which never leaves the machine',
    (origin) => {
      expect(match([origin], `${origin}/orders`)).toBe(origin)
    },
  )

  it('refuses to send to a listed server in cleartext', () => {
    expect(() => match(versioned, 'http://api.example/v2/orders')).toThrow(
      new TypeError('A request to https://api.example/v2 must be https'),
    )
    expect(match(versioned, 'http://api.example/v1')).toBeUndefined()
    expect(match(versioned, 'http://other.example/v2/orders')).toBeUndefined()
  })

  it.each(['https://user@api.example/v2/orders', 'https://user:secret@api.example/v2/orders'])(
    'refuses to send beside credentials, and does not repeat them: %s',
    (url) => {
      expect(() => match(versioned, url)).toThrow(
        new TypeError('The URL of a request to https://api.example/v2 must not hold credentials'),
      )
    },
  )
})

describe('parseResourceServers: wrong entries', () => {
  const prefixRule =
    ' must be an https URL (http only on loopback) without query, fragment and credentials'

  it.each<[unknown, string]>([
    [undefined, ' must be an object'],
    [null, ' must be an object'],
    [7, ' must be an object'],
    [{}, prefixRule],
    [{ url: 7 }, '.url must be a non-empty string'],
    ['https://', prefixRule],
    ['https://api example', prefixRule],
    ['https://*.api.example:x', prefixRule],
    ['http://api.example', prefixRule],
    ['http://localhost.api.example', prefixRule],
    ['http://127.0.0.1.nip.io', prefixRule],
    ['ftp://api.example', prefixRule],
    ['javascript:alert(1)', prefixRule],
    ['blob:https://api.example/8d1f', prefixRule],
    ['https://api.example/?a=1', prefixRule],
    ['https://api.example/#a', prefixRule],
    ['https://user@api.example', prefixRule],
    ['https://:secret@api.example', prefixRule],
    [{ url: '/a', scope: 7 }, '.scope must be a string'],
    [{ url: '/a', resource: ['b'] }, '.resource must be a string'],
    [{ url: '/a', redirect: 'manual' }, ".redirect must be 'follow' or 'error'"],
    [{ url: '/a', audience: null }, '.audience must be a string'],
  ])('names the entry and the rule for %j', (entry, text) => {
    // What an app without a type checker may pass.
    const entries = ['https://api.example', entry as string]
    expect(() => parseResourceServers(entries, pageUrl)).toThrow(
      new TypeError(`options.resourceServers[1]${text}`),
    )
  })
})
