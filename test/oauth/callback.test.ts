import { describe, expect, it } from 'vitest'
import { createMemoryTabStorage } from '../../src/testing/memory-tab-storage.ts'
import { addressOf } from '../../src/oauth/callback.ts'
import { createCode, mark, redirectUri } from './authorization-code-setup.ts'

const state = `${mark}b`

describe('read', () => {
  const { code } = createCode()

  it.each([
    `${redirectUri}?code=a&state=${state}`,
    `${redirectUri}?error=access_denied&state=${state}`,
    `${redirectUri}?tab=1&state=${state}&code=a&iss=x#top`,
    `${redirectUri}?%73tate=${state}`,
    `${redirectUri}?state=${state.replace('-', '%2D')}&code=a`,
    `${redirectUri}?state=CA&state=${state}`,
    `HTTPS://APP.EXAMPLE:443/callback?code=a&state=${state}`,
    `${redirectUri}#error=access_denied&state=${state}`,
  ])('knows %s by its state', (url) => {
    expect(code.read(url)).toMatchObject({ state, address: redirectUri })
  })

  it.each([
    `${redirectUri}/?code=a&state=${state}`,
    `https://app.example/?code=a&state=${state}`,
    `http://www.app.example:8443/Callback?code=a&state=${state}`,
    `com.example.app://callback?code=a&state=${state}`,
    `com.example.app:/callback?code=a&state=${state}`,
  ])('knows %s, too, and where it came to', (url) => {
    const [address] = url.split('?')
    expect(code.read(url)).toMatchObject({ state, address })
  })

  it.each([
    redirectUri,
    `${redirectUri}?code=a`,
    `${redirectUri}?state=b&code=a`,
    `${redirectUri}?state=&code=a`,
    `${redirectUri}?state=x${state}&code=a`,
    `${redirectUri}?state=0000001-0000002.b&code=a`,
    `${redirectUri}?State=${state}&code=a`,
    `${redirectUri}?next=state=${state}`,
    `${redirectUri}?error=access_denied`,
    `${redirectUri}#/state=${state}`,
    `https://app.example/?country=US&state=CA&code=90210`,
  ])('does not take %s for its own', (url) => {
    expect(code.read(url)).toBeUndefined()
  })

  it('takes an error without a state for its own while this tab has a sign-in open', async () => {
    const tabStorage = createMemoryTabStorage()
    const { code: here, begin } = createCode(undefined, { tabStorage })
    const { state: own } = await begin()
    for (const query of ['?error=access_denied', '?error=a&state=', '?a=1&error=b#top']) {
      expect(here.read(redirectUri + query)).toMatchObject({ state: own })
    }
    for (const url of [
      'https://app.example/other?error=access_denied',
      `${redirectUri}?code=a`,
      `${redirectUri}?error=a&state=b`,
      `${redirectUri}?errors=a`,
    ]) {
      expect(here.read(url)).toBeUndefined()
    }
    here.tab.remember({ returnTo: '/', at: redirectUri })
    expect(here.read(`${redirectUri}?error=access_denied`)).toBeUndefined()
  })
})

describe('the address without the answer', () => {
  const { code } = createCode()

  it.each([
    [`?code=a&state=${state}&iss=c&session_state=d`, ''],
    [`?error=a&error_description=b&error_uri=c&state=${state}`, ''],
    [`?tab=1&code=a&state=${state}&view=x#row`, '?tab=1&view=x#row'],
    [`?code=a&code=b&state=${state}`, ''],
    [`?tab=1&state=${state}#code=a`, '?tab=1#code=a'],
    [`?a%20b&flag&x~z&a+b&c=%2f&code=a&state=${state}&=&d='`, "?a%20b&flag&x~z&a+b&c=%2f&=&d='"],
    [`?&state=${state}`, '?'],
    [`?%63ode=a&state=${state}&%&?code=1`, '?%&?code=1'],
    [`#/route?a=1&state=${state}&b`, '#/route?a=1&b'],
    [`?#state=${state}&code=a`, '?'],
  ])('leaves of %s only %j', (added, rest) => {
    expect(code.read(redirectUri + added)?.cleanUrl).toBe(redirectUri + rest)
  })
})

describe('addressOf', () => {
  it.each([
    ['https://app.example/callback?code=a#b', 'https://app.example/callback'],
    ['https://user:secret@app.example:8443/?code=a', 'https://app.example:8443/'],
    ['com.example.app://callback?code=a', 'com.example.app://callback'],
    ['com.example.app:/callback?code=a', 'com.example.app:/callback'],
    ['about:blank', 'about:blank'],
  ])('of %s is %s', (url, address) => {
    expect(addressOf(url)).toBe(address)
  })
})
