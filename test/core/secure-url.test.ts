import { describe, expect, it } from 'vitest'
import { isSecureUrl } from '../../src/core/secure-url.ts'

describe('isSecureUrl', () => {
  it.each([
    'https://app.example/',
    'https://localhost/',
    'http://localhost:5173/',
    'http://tenant-a.localhost:5173/',
    'http://a.b.localhost/',
    'http://127.0.0.1/',
    'http://127.0.0.2:8080/',
    'http://127.255.255.254/',
    // As URL parsers read them, these are addresses of 127.0.0.0/8.
    'http://127.1/',
    'http://0x7f000001/',
    'http://[::1]:3000/',
    'http://LOCALHOST/',
  ])('takes %s', (url) => {
    expect(isSecureUrl(new URL(url))).toBe(true)
  })

  it.each([
    'http://app.example/',
    'http://localhost.app.example/',
    'http://notlocalhost/',
    'http://127.0.0.1.nip.io/',
    'http://128.0.0.1/',
    'http://12.7.0.1/',
    'http://a127.0.0.1.example/',
    'http://[::2]/',
    'http://[::ffff:7f00:1]/',
    'http://0.0.0.0/',
    'ws://localhost/',
    'ftp://127.0.0.1/',
  ])('does not take %s', (url) => {
    expect(isSecureUrl(new URL(url))).toBe(false)
  })
})
