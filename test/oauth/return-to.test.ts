import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseReturnTo } from '../../src/oauth/return-to.ts'

const pageUrl = 'https://app.example/shop/cart?item=1#top'

describe('parseReturnTo', () => {
  it.each([
    ['/', '/'],
    ['/orders', '/orders'],
    ['/orders?page=2&to=//evil.example#row', '/orders?page=2&to=//evil.example#row'],
    ['orders', '/shop/orders'],
    ['../orders', '/orders'],
    ['?page=2', '/shop/cart?page=2'],
    ['#row', '/shop/cart?item=1#row'],
    ['', '/shop/cart?item=1'],
    [pageUrl, '/shop/cart?item=1#top'],
    ['https://app.example', '/'],
    ['HTTPS://APP.EXAMPLE:443/orders', '/orders'],
    ['/a//evil.example', '/a//evil.example'],
    ['/redirect?to=https://evil.example', '/redirect?to=https://evil.example'],
    ['/%2F%2Fevil.example', '/%2F%2Fevil.example'],
    ['https:evil.example', '/shop/evil.example'],
    ['/caf\u00e9', '/caf%C3%A9'],
  ])('makes a path of %j', (returnTo, path) => {
    expect(parseReturnTo(returnTo, pageUrl)).toBe(path)
  })

  it.each([
    'https://evil.example',
    'https://evil.example/app.example',
    'http://app.example/',
    'https://app.example.evil.example/',
    'https://app.example@evil.example/',
    'https://app.example:8443/',
    'https://app.example./',
    'https://user@app.example/',
    'https://user:secret@app.example/',
    'https://xn--pp-fka.example/',
    'https://\u0430pp.example/',
    '//evil.example',
    '///evil.example',
    '////evil.example',
    '//app.example@evil.example',
    '//evil.example/%2e%2e',
    '/\\evil.example',
    '\\/evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/\r/evil.example',
    '\t//evil.example',
    ' //evil.example',
    '\u0000//evil.example',
    '/.//evil.example',
    '/..//evil.example',
    '/%2e//evil.example',
    '/./\\evil.example',
    'https://app.example//evil.example',
    'https://app.example/\\evil.example',
    'https:\\\\evil.example',
    'https:///evil.example',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    'javascript://app.example/%0aalert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'blob:https://app.example/8d1f',
    'filesystem:https://app.example/temporary/a',
    'view-source:https://app.example/',
    'file:///etc/passwd',
    'about:blank',
    'ws://app.example/',
    'mailto:a@app.example',
    'http://',
    'https://[',
    'https://app.example:99999/',
  ])('makes nothing of %j', (returnTo) => {
    expect(parseReturnTo(returnTo, pageUrl)).toBeUndefined()
  })

  it.each(['//', '/%2e//\0', '///', '/.//', '//\0', 'https://app.example//a'])(
    'makes nothing of %j, and does not throw',
    (returnTo) => {
      expect(parseReturnTo(returnTo, pageUrl)).toBeUndefined()
      const page = `https://app.example${returnTo.startsWith('/') ? returnTo : '//a'}`
      expect(parseReturnTo(page, page)).toBeUndefined()
    },
  )

  it('never throws, and never makes an address of another origin', () => {
    const part = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '%2e',
      '%5c',
      '\0',
      '\t',
      ':',
      '@',
      '#',
      '?',
      '[',
      'a',
      ' ',
      'https:',
      '//b.example',
    )
    const path = fc.oneof(
      fc.string(),
      fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(path, path, (returnTo, page) => {
        const url = `https://app.example/${page}`
        const parsed = parseReturnTo(returnTo, URL.canParse(url) ? url : pageUrl)
        if (parsed === undefined) return
        expect(new URL(parsed, pageUrl).origin).toBe('https://app.example')
        expect(parseReturnTo(parsed, pageUrl)).toBe(parsed)
      }),
    )
    fc.assert(fc.property(path, path, (a, b) => void parseReturnTo(a, b)))
  })

  it.each([undefined, null, 7, {}, ['/orders'], new URL(pageUrl)])(
    'makes nothing of what is no text: %j',
    (returnTo) => {
      expect(parseReturnTo(returnTo, pageUrl)).toBeUndefined()
    },
  )
})
