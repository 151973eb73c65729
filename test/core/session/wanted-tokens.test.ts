import { describe, expect, it } from 'vitest'
import { defaultTokenKey } from '../../../src/core/record/token-set.ts'
import { createWantedTokens } from '../../../src/core/session/wanted-tokens.ts'

const defaults = { scope: 'orders', resource: 'https://api.example', audience: 'api' }

describe('a token that is asked for', () => {
  it.each([
    undefined,
    {},
    { scope: 'orders' },
    { resource: 'https://api.example' },
    { audience: 'api' },
    defaults,
  ])('is the session’s own where it leaves open what differs: %j', (wanted) => {
    expect(createWantedTokens(defaults).keyOf(wanted)).toBe(defaultTokenKey)
  })

  it.each([
    [{ scope: 'bills' }, { ...defaults, scope: 'bills' }],
    [{ resource: 'https://mail.example' }, { resource: 'https://mail.example', audience: 'api' }],
    [{ audience: 'mail' }, { resource: 'https://api.example', audience: 'mail' }],
  ])('is one of its own as %j, and is asked for as %j', (wanted, parameters) => {
    const tokens = createWantedTokens(defaults)
    const key = tokens.keyOf(wanted)
    expect(key).not.toBe(defaultTokenKey)
    expect([tokens.isKnown(key), tokens.parametersOf(key)]).toEqual([true, parameters])
    // As another call of the same, in another object.
    expect(tokens.keyOf({ ...wanted })).toBe(key)
  })

  it('is known once somebody has asked for it, and the session’s own always', () => {
    const key = createWantedTokens(defaults).keyOf({ scope: 'bills' })
    const tokens = createWantedTokens(defaults)
    expect([tokens.isKnown(defaultTokenKey), tokens.isKnown(key)]).toEqual([true, false])
  })

  it('of the session itself is asked for without a scope, which means the one that was granted', () => {
    expect(createWantedTokens(defaults).parametersOf(defaultTokenKey)).toEqual({
      resource: 'https://api.example',
      audience: 'api',
    })
  })
})
