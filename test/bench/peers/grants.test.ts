import { describe, expect, it } from 'vitest'
import { createGrants } from './grants.ts'

function grantsAt(now: () => number): ReturnType<typeof createGrants> {
  let minted = 0
  return createGrants(now, 1_000, () => `token ${(minted += 1)}`)
}

describe('the server that the libraries are compared with', () => {
  it('gives a new pair for a refresh token that has not been spent', () => {
    const grants = grantsAt(() => 0)
    const first = grants.begin()
    const second = grants.refresh(first.refreshToken)
    expect(grants.isGood(second?.accessToken ?? '')).toBe(true)
    expect(grants.counts()).toEqual({ grants: 1, replays: 0, sessionsLost: 0 })
  })

  it('ends the session of a spent one, once, with everything that was given in it', () => {
    const grants = grantsAt(() => 0)
    const first = grants.begin()
    const second = grants.refresh(first.refreshToken)
    expect(grants.refresh(first.refreshToken)).toBeUndefined()
    expect(grants.refresh(first.refreshToken)).toBeUndefined()
    expect(grants.refresh(second?.refreshToken ?? '')).toBeUndefined()
    expect(grants.isGood(second?.accessToken ?? '')).toBe(false)
    expect(grants.counts()).toEqual({ grants: 1, replays: 2, sessionsLost: 1 })
  })

  it('lets an access token run out', () => {
    let now = 0
    const grants = grantsAt(() => now)
    const { accessToken } = grants.begin()
    now = 1_000
    expect(grants.isGood(accessToken)).toBe(false)
  })
})
