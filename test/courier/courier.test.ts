import { describe, expect, it } from 'vitest'
import { courier, type CourierOptions } from '../../src/courier/index.ts'

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
