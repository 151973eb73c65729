import { describe, expect, it } from 'vitest'
import type { Courier } from '../../../src/core/ports.ts'
import { createMail } from '../../../src/core/rotation/mail.ts'
import type { TokenManagerOptions } from '../../../src/index.ts'
import { createProfile, type Profile } from '../../support/tabs.ts'

/** A courier that answers letters in a way of its own, and gives in when it is told to. */
function courierThat(
  post: (profile: Profile) => Courier['post'],
  profile: Profile,
): {
  readonly option: TokenManagerOptions['courier']
  readonly letters: string[]
  readonly reasons: string[]
} {
  const letters: string[] = []
  const reasons: string[] = []
  const courier: Courier = {
    isAvailable: () => reasons.length === 0,
    post(letter, onWord) {
      letters.push(letter.id)
      return post(profile)(letter, onWord)
    },
    giveUp: (reason) => void reasons.push(reason),
  }
  const createOwnMail: NonNullable<TokenManagerOptions['courier']>['createMail'] = (parts) =>
    createMail({ ...parts, courier })
  return { option: { createMail: createOwnMail }, letters, reasons }
}

const noNetwork: (profile: Profile) => Courier['post'] =
  ({ clock }) =>
  (_, onWord) => {
    onWord('opened')
    onWord({ failure: 'network', receivedAt: clock.now() })
    return () => {}
  }

describe('a courier that opens no letter', () => {
  it('gets two, and then the page goes without it', async () => {
    const profile = createProfile()
    const { option, letters, reasons } = courierThat(() => () => () => {}, profile)
    const { auth } = await profile.openSignedInTab({ courier: option })
    for (let time = 0; time < 4; time += 1) await profile.passUntil(auth.refresh())
    expect(letters.length).toBe(2)
    expect(reasons).toEqual(['no-worker'])
    expect(profile.server.counts).toMatchObject({ grants: 4, replays: 0 })
  })
})

describe('a courier whose requests get nowhere', () => {
  it('is given up once the page’s own request is answered', async () => {
    const profile = createProfile()
    const { option, letters, reasons } = courierThat(noNetwork, profile)
    const { auth } = await profile.openSignedInTab({ courier: option, patienceMs: 5_000 })
    for (let time = 0; time < 3; time += 1) await profile.passUntil(auth.refresh())
    expect(letters.length).toBe(1)
    expect(reasons).toEqual(['csp'])
    expect(profile.server.counts).toMatchObject({ grants: 3, replays: 0 })
  })

  it('is kept where the page has no network either', async () => {
    const profile = createProfile()
    const { option, letters, reasons } = courierThat(noNetwork, profile)
    const { auth } = await profile.openSignedInTab({ courier: option, patienceMs: 0 })
    profile.server.answerAlways(async () => {
      throw new TypeError('Failed to fetch')
    })
    for (let time = 0; time < 4; time += 1) {
      await profile.passUntil(auth.refresh().catch(() => undefined))
      await profile.pass(20_000)
    }
    expect(letters.length).toBeGreaterThan(1)
    expect(reasons).toEqual([])
  })
})
