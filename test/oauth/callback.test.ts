import { describe, expect, it } from 'vitest'
import { cleanCallbackUrl } from '../../src/oauth/callback.ts'
import { createCode, redirectUri } from './authorization-code-setup.ts'

describe('isCallback', () => {
  const { code } = createCode()

  it.each([
    `${redirectUri}?code=a&state=b`,
    `${redirectUri}?error=access_denied&state=b`,
    `${redirectUri}?tab=1&state=b&code=a&iss=x#top`,
    `HTTPS://APP.EXAMPLE:443/callback?code=a&state=b`,
  ])('knows %s', (url) => {
    expect(code.isCallback(url)).toBe(true)
  })

  it.each([
    redirectUri,
    `${redirectUri}?code=a`,
    `${redirectUri}?state=b`,
    `${redirectUri}#code=a&state=b`,
    `${redirectUri}/?code=a&state=b`,
    'https://app.example/?code=a&state=b',
    'https://app.example/Callback?code=a&state=b',
    'https://app.example:8443/callback?code=a&state=b',
    'http://app.example/callback?code=a&state=b',
    'https://evil.example/callback?code=a&state=b',
  ])('does not take %s for one', (url) => {
    expect(code.isCallback(url)).toBe(false)
  })

  it('knows none without a redirect URI', () => {
    const { code: without } = createCode(undefined, { redirectUri: undefined })
    expect(without.isCallback(`${redirectUri}?code=a&state=b`)).toBe(false)
  })
})

describe('cleanCallbackUrl', () => {
  it.each([
    ['?code=a&state=b&iss=c&session_state=d', ''],
    ['?error=a&error_description=b&error_uri=c&state=d', ''],
    ['?tab=1&code=a&state=b&view=x#row', '?tab=1&view=x#row'],
    ['?code=a&code=b&state=c', ''],
    ['?tab=1#code=a', '?tab=1#code=a'],
  ])('leaves of %s only %j', (query, rest) => {
    expect(cleanCallbackUrl(redirectUri + query)).toBe(redirectUri + rest)
  })
})
