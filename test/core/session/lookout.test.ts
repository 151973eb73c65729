import { describe, expect, it } from 'vitest'
import { StorageError } from '../../../src/core/errors.ts'
import { blankRecord, type SessionRecord } from '../../../src/core/record/session-record.ts'
import { createLookout, type Lookout } from '../../../src/core/session/lookout.ts'
import { createManualClock, type ManualClock } from '../../../src/testing/manual-clock.ts'
import { createDeferred, type Deferred } from '../../support/deferred.ts'
import { failureOf, named } from '../../support/failure.ts'
import { settle } from '../../support/tabs.ts'

const signedOut: SessionRecord = { ...blankRecord, revision: 1 }
const signedIn: SessionRecord = { ...signedOut, session: { startedAt: 1, tokens: {} } }

interface Setup {
  readonly lookout: Lookout
  readonly clock: ManualClock
  /** The looks that have begun; each ends when the test says so. */
  readonly looks: Deferred<SessionRecord>[]
  readonly trust: () => string
  /** Begins a look and ends it. */
  readonly see: (record?: SessionRecord) => Promise<void>
  /** Waits as a caller does that has no wish of its own. */
  readonly untilTrusted: () => Promise<void>
}

function open(): Setup {
  const clock = createManualClock()
  const looks: Deferred<SessionRecord>[] = []
  let seen: SessionRecord | undefined
  const keeper = {
    seen: () => seen,
    overdue: () => undefined,
    endOverdue() {},
    async read() {
      const look = createDeferred<SessionRecord>()
      looks.push(look)
      seen = await look.promise
      return seen
    },
  }
  const lookout = createLookout(keeper as never, clock)
  const bounded = (work: Promise<unknown>, boundMs: number): Promise<unknown> =>
    Promise.race([work, new Promise<void>((resolve) => clock.schedule(boundMs, resolve))])
  return {
    lookout,
    clock,
    looks,
    trust: () => lookout.trust(clock.now(), clock.monotonic()),
    async see(record = signedIn) {
      const look = lookout.look()
      looks.at(-1)?.resolve(record)
      await look
    },
    untilTrusted: () => lookout.untilTrusted(bounded),
  }
}

describe('what was seen in storage', () => {
  it('is not trusted before anything was seen', () => {
    expect(open().trust()).toBe('none')
  })

  it('is sound for ten seconds, and ages from then on', async () => {
    const { see, clock, trust } = open()
    await see()
    clock.advance(10_000)
    expect(trust()).toBe('sound')
    clock.advance(1)
    expect(trust()).toBe('ageing')
  })

  it('is worth nothing after that time where it says that nobody is signed in', async () => {
    const { see, clock, trust } = open()
    await see(signedOut)
    clock.advance(10_000)
    expect(trust()).toBe('sound')
    clock.advance(1)
    expect(trust()).toBe('none')
  })

  it.each([5_001, -5_001])(
    'is worth nothing once the clocks ran apart by %i ms',
    async (stepMs) => {
      const { see, clock, trust } = open()
      await see()
      clock.stepWallClock(stepMs - Math.sign(stepMs))
      expect(trust()).toBe('sound')
      clock.stepWallClock(Math.sign(stepMs))
      expect(trust()).toBe('none')
    },
  )

  it('is worth nothing when it is distrusted, until a look that begins after that is over', async () => {
    const { lookout, looks, see, trust } = open()
    await see()
    lookout.distrust()
    expect(trust()).toBe('none')
    const look = lookout.look()
    expect(trust()).toBe('none')
    looks.at(-1)?.resolve(signedIn)
    await look
    expect(trust()).toBe('sound')
  })

  it('stays distrusted if that comes up while a look is under way', async () => {
    const { lookout, looks, see, trust } = open()
    await see()
    const look = lookout.look()
    lookout.distrust()
    looks.at(-1)?.resolve(signedIn)
    await look
    expect(trust()).toBe('none')
  })
})

describe('look()', () => {
  it('joins the look that is under way', async () => {
    const { lookout, looks } = open()
    const both = [lookout.look(), lookout.look()]
    looks[0]?.resolve(signedIn)
    await Promise.all(both)
    expect(looks).toHaveLength(1)
  })

  it('begins one more behind it where there is doubt, however many ask', async () => {
    const { lookout, looks } = open()
    const first = lookout.look()
    lookout.distrust()
    const others = [lookout.look(), lookout.look()]
    expect(looks).toHaveLength(1)
    looks[0]?.resolve(signedIn)
    await first
    await settle()
    looks[1]?.resolve(signedIn)
    await Promise.all(others)
    expect(looks).toHaveLength(2)
  })

  it('begins that one also where the first fails', async () => {
    const { lookout, looks } = open()
    const first = lookout.look()
    lookout.distrust()
    const second = lookout.look()
    looks[0]?.reject(new Error('refused'))
    await expect(first).rejects.toThrow('refused')
    await settle()
    looks[1]?.resolve(signedIn)
    await expect(second).resolves.toBe(signedIn)
  })

  it('asks storage anew that has said nothing for three seconds', () => {
    const { lookout, looks, clock } = open()
    void lookout.look()
    clock.advance(2_999)
    void lookout.look()
    expect(looks).toHaveLength(1)
    clock.advance(1)
    void lookout.look()
    expect(looks).toHaveLength(2)
  })

  it('does not take the end of a look that was given up for that of the next', async () => {
    const { lookout, looks, clock, trust } = open()
    const lost = lookout.look()
    clock.advance(3_000)
    void lookout.look()
    lookout.distrust()
    looks[0]?.resolve(signedIn)
    await lost
    void lookout.look()
    await settle()
    // The one that began later is still under way, and another waits behind it.
    expect(looks).toHaveLength(2)
    expect(trust()).toBe('none')
  })
})

describe('untilTrusted()', () => {
  it('fulfils when storage was seen', async () => {
    const { untilTrusted, looks, trust } = open()
    const trusted = untilTrusted()
    looks[0]?.resolve(signedIn)
    await trusted
    expect(trust()).toBe('sound')
  })

  it('looks once more for a doubt that came up meanwhile', async () => {
    const { lookout, untilTrusted, looks, trust } = open()
    const trusted = untilTrusted()
    lookout.distrust()
    looks[0]?.resolve(signedIn)
    await settle()
    expect(looks).toHaveLength(2)
    looks[1]?.resolve(signedIn)
    await trusted
    expect(trust()).toBe('sound')
  })

  it('is STORE_READ where storage has never answered', async () => {
    const { untilTrusted, clock } = open()
    const failure = failureOf(untilTrusted())
    clock.advance(3_000)
    expect(named(await failure)).toBe('StorageError STORE_READ')
  })

  it('waits once for storage that fell silent, and goes on with what was seen', async () => {
    const { lookout, see, untilTrusted, clock, trust } = open()
    await see()
    lookout.distrust()
    const trusted = untilTrusted()
    clock.advance(3_000)
    await trusted
    // For as long as after any look.
    clock.advance(10_000)
    expect(trust()).toBe('sound')
  })

  it('goes on with what was seen where storage refuses to be read, and ten seconds more', async () => {
    const { see, untilTrusted, looks, clock, trust } = open()
    await see()
    clock.advance(20_000)
    const trusted = untilTrusted()
    looks.at(-1)?.reject(new StorageError('STORE_READ', 'refused'))
    await trusted
    expect(trust()).toBe('sound')
  })

  it('rejects as storage does where nothing was seen yet, and as the caller’s wait does', async () => {
    const first = open()
    const failure = failureOf(first.untilTrusted())
    first.looks[0]?.reject(new StorageError('RECORD_NEWER', 'newer'))
    expect(named(await failure)).toBe('StorageError RECORD_NEWER')

    const second = open()
    await second.see()
    const wait = (): Promise<never> => Promise.reject(new Error('enough'))
    await expect(second.lookout.untilTrusted(wait)).rejects.toThrow('enough')
  })
})
