import { describe, expect, it } from 'vitest'
import type { Wish } from '../../../src/core/rotation/refresh-plan.ts'
import { createSingleFlight, type SingleFlight } from '../../../src/core/rotation/single-flight.ts'
import type { TokenSet } from '../../../src/core/record/token-set.ts'
import { createDeferred, type Deferred } from '../../support/deferred.ts'
import { settle } from '../../support/tabs.ts'

const token: TokenSet = { accessToken: 'a', tokenType: 'Bearer', generation: 2, receivedAt: 1 }

function wishFor(more: Partial<Wish> = {}): Wish {
  return {
    key: 'default',
    parameters: {},
    newerThan: { epoch: 1, generation: 1 },
    need: { leewayMs: 60_000 },
    explicit: false,
    ...more,
  }
}

/** Rotations that end when the test says so. */
function open(): { readonly flight: SingleFlight; readonly flown: Deferred<TokenSet>[] } {
  const flown: Deferred<TokenSet>[] = []
  const flight = createSingleFlight(() => {
    const rotation = createDeferred<TokenSet>()
    flown.push(rotation)
    return rotation.promise
  })
  return { flight, flown }
}

/** How many rotations two wishes cost, of which the second comes while the first is under way. */
async function flightsOf(first: Wish, second: Wish): Promise<number> {
  const { flight, flown } = open()
  const tokens = [flight.share(first), flight.share(second)]
  await settle()
  flown[0]?.resolve(token)
  await settle()
  flown[1]?.resolve(token)
  await Promise.all(tokens)
  return flown.length
}

describe('a wish that comes while a rotation is under way', () => {
  it.each<[string, Wish, Wish]>([
    ['asks for the same', wishFor(), wishFor()],
    ['had an older token', wishFor(), wishFor({ newerThan: { epoch: 1, generation: 0 } })],
    [
      'needs less of a life',
      wishFor({ need: { leewayMs: 60_000, minValidityMs: 5_000 } }),
      wishFor(),
    ],
    [
      'needs as much of a life',
      wishFor({ need: { leewayMs: 60_000, minValidityMs: 5_000 } }),
      wishFor({ need: { leewayMs: 60_000, minValidityMs: 5_000 } }),
    ],
    ['is not explicit, as that one is', wishFor({ explicit: true }), wishFor()],
  ])('shares it if it %s', async (_, first, second) => {
    expect(await flightsOf(first, second)).toBe(1)
  })

  it.each<[string, Wish, Wish]>([
    ['is for another token set', wishFor(), wishFor({ key: 'other' })],
    ['belongs to another session', wishFor(), wishFor({ newerThan: { epoch: 2, generation: 1 } })],
    ['had a newer token', wishFor(), wishFor({ newerThan: { epoch: 1, generation: 2 } })],
    [
      'needs more of a life',
      wishFor(),
      wishFor({ need: { leewayMs: 60_000, minValidityMs: 5_000 } }),
    ],
    ['is explicit, as that one is not', wishFor(), wishFor({ explicit: true })],
  ])('has one of its own if it %s', async (_, first, second) => {
    expect(await flightsOf(first, second)).toBe(2)
  })
})

describe('rotations', () => {
  it('follow each other, also after one that failed', async () => {
    const { flight, flown } = open()
    const first = flight.share(wishFor())
    const second = flight.share(wishFor({ key: 'other' }))
    await settle()
    expect(flown).toHaveLength(1)
    flown[0]?.reject(new Error('down'))
    await expect(first).rejects.toThrow('down')
    await settle()
    expect(flown).toHaveLength(2)
    flown[1]?.resolve(token)
    await expect(second).resolves.toBe(token)
  })

  it('are shared by nobody once they are over', async () => {
    const { flight, flown } = open()
    for (const count of [1, 2]) {
      const shared = flight.share(wishFor())
      await settle()
      flown.at(-1)?.resolve(token)
      await shared
      await settle()
      expect(flown).toHaveLength(count)
    }
  })

  it('that are behind are still shared when the one before them is over', async () => {
    const { flight, flown } = open()
    const explicit = wishFor({ explicit: true })
    const calls = [flight.share(wishFor()), flight.share(explicit)]
    await settle()
    flown[0]?.resolve(token)
    await settle()
    calls.push(flight.share(explicit))
    flown[1]?.resolve(token)
    await Promise.all(calls)
    expect(flown).toHaveLength(2)
  })
})

describe('idle()', () => {
  it('fulfils at once when nothing runs, else when the last one is through, failed or not', async () => {
    const { flight, flown } = open()
    await flight.idle()
    const calls = [flight.share(wishFor()), flight.share(wishFor({ key: 'other' }))]
    let isIdle = false
    const idle = flight.idle().then(() => (isIdle = true))
    await settle()
    flown[0]?.resolve(token)
    await settle()
    expect(isIdle).toBe(false)
    const failed = expect(calls[1]).rejects.toThrow('down')
    flown[1]?.reject(new Error('down'))
    await failed
    await idle
    expect(isIdle).toBe(true)
  })

  it('waits for a rotation that begins meanwhile', async () => {
    const { flight, flown } = open()
    const first = flight.share(wishFor())
    let isIdle = false
    const idle = flight.idle().then(() => (isIdle = true))
    const second = flight.share(wishFor({ key: 'other' }))
    await settle()
    flown[0]?.resolve(token)
    await first
    await settle()
    expect(isIdle).toBe(false)
    flown[1]?.resolve(token)
    await Promise.all([second, idle])
  })
})
