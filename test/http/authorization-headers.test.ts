import { describe, expect, it, vi } from 'vitest'
import type { AccessTokens } from '../../src/core/session/access-tokens.ts'
import { server, setUp, url } from './authorized-fetch-setup.ts'

describe('createAuthorizationHeaders', () => {
  it('authorizes a request to a listed server, and no other', async () => {
    const { authorizationHeaders, asked, sent } = setUp(() => new Response())
    expect(await authorizationHeaders(url)).toEqual({ authorization: 'Bearer first' })
    expect(await authorizationHeaders(new URL(url))).toEqual({ authorization: 'Bearer first' })
    expect(await authorizationHeaders('https://evil.example/v2/orders')).toEqual({})
    expect(asked).toHaveLength(2)
    expect(sent).toEqual([])
  })

  it('has another token made in place of one that was rejected', async () => {
    const { authorizationHeaders, asked } = setUp(() => new Response())
    expect(await authorizationHeaders(url, { rejected: 'first' })).toEqual({
      authorization: 'Bearer second',
    })
    expect(asked[0]?.rejected).toEqual({ accessToken: 'first', resourceServer: server })
  })

  it('hands the signal on, and rejects as the source does', async () => {
    const over = new Error('the session is over')
    const obtain = vi.fn<AccessTokens['obtain']>(() => Promise.reject(over))
    const { authorizationHeaders } = setUp(() => new Response(), { source: { obtain } })
    const { signal } = new AbortController()
    await expect(authorizationHeaders(url, { signal })).rejects.toBe(over)
    expect(obtain.mock.calls[0]?.[0].signal).toBe(signal)
  })

  it.each([
    new Request('https://evil.example/'),
    { href: url },
    [url],
    Object(url),
    undefined,
    null,
    7,
  ])('refuses what is no address: %s', async (odd) => {
    const { authorizationHeaders, asked } = setUp(() => new Response())
    await expect(authorizationHeaders(odd as never)).rejects.toThrow('url must be an address')
    expect(asked).toEqual([])
  })

  it.each(['http://api.example/v2/orders', 'https://user@api.example/v2/orders'])(
    'refuses %s with a TypeError',
    async (refused) => {
      const { authorizationHeaders, asked } = setUp(() => new Response())
      await expect(authorizationHeaders(refused)).rejects.toThrow(TypeError)
      expect(asked).toEqual([])
    },
  )
})
