import { describe, expect, it } from 'vitest'
import { atMost, onAbort, unlessStopped, untilFirst, type Stop } from '../../src/core/until.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const never = new Promise<never>(() => {})

/** What a promise has come to so far. */
function watch(work: Promise<unknown>): { readonly ending: () => unknown } {
  let ending: unknown = 'none yet'
  work.then(
    (value) => (ending = ['fulfilled', value]),
    (reason) => (ending = ['rejected', reason]),
  )
  return { ending: () => ending }
}

/** A stop that the test pulls, and that says whether it was taken back. */
function createStop() {
  let takenBack = 0
  let pull: (how: 'reject' | 'resolve', what: unknown) => void = () => {}
  const stop: Stop<unknown> = (reject, resolve) => {
    pull = (how, what) => (how === 'reject' ? reject(what) : resolve(what))
    return () => (takenBack += 1)
  }
  return { stop, takenBack: () => takenBack, pull: (...of: Parameters<typeof pull>) => pull(...of) }
}

describe('untilFirst', () => {
  it('is over after its time, and takes back what it has subscribed to', async () => {
    const clock = createManualClock()
    let isSubscribed = false
    const { ending } = watch(
      untilFirst(clock, 1_000, () => {
        isSubscribed = true
        return () => (isSubscribed = false)
      }),
    )
    clock.advance(999)
    await turn()
    expect([ending(), isSubscribed]).toEqual(['none yet', true])
    clock.advance(1)
    await turn()
    expect([ending(), isSubscribed]).toEqual([['fulfilled', undefined], false])
  })

  it('is over at the first call, and leaves no timer behind', async () => {
    const clock = createManualClock()
    let wake = (): void => {}
    let isSubscribed = true
    const { ending } = watch(
      untilFirst(clock, 1_000, (listener) => {
        wake = listener
        return () => (isSubscribed = false)
      }),
    )
    wake()
    await turn()
    expect([ending(), isSubscribed]).toEqual([['fulfilled', undefined], false])
    expect(clock.timers()).toEqual([])
  })

  it('is over at once where the time has gone by, and needs nothing to subscribe to', async () => {
    const clock = createManualClock()
    const { ending } = watch(untilFirst(clock, -5))
    expect(clock.timers()).toEqual([0])
    clock.advance(0)
    await turn()
    expect(ending()).toEqual(['fulfilled', undefined])
  })
})

describe('atMost', () => {
  it('fulfils with nothing after its bound', async () => {
    const clock = { ...createManualClock(), isPunctual: true }
    const { ending } = watch(atMost(clock, 1_000, never))
    clock.advance(999)
    await turn()
    expect(ending()).toBe('none yet')
    clock.advance(1)
    await turn()
    expect(ending()).toEqual(['fulfilled', undefined])
  })

  it('settles as the work does before, and leaves no timer behind', async () => {
    const clock = createManualClock()
    expect(await atMost(clock, 1_000, Promise.resolve('done'))).toBe('done')
    await expect(atMost(clock, 1_000, Promise.reject(new Error('x')))).rejects.toThrow('x')
    await turn()
    expect(clock.timers()).toEqual([])
  })

  it('listens to stops as well', async () => {
    const { stop, pull } = createStop()
    const { ending } = watch(atMost(createManualClock(), 1_000, never, [stop as Stop]))
    pull('reject', 'gone')
    await turn()
    expect(ending()).toEqual(['rejected', 'gone'])
  })
})

describe('unlessStopped', () => {
  it.each(['reject', 'resolve'] as const)('ends when a stop calls back: %s', async (how) => {
    const [one, other] = [createStop(), createStop()]
    const { ending } = watch(unlessStopped(never, [one.stop, other.stop]))
    one.pull(how, 'x')
    await turn()
    expect(ending()).toEqual([how === 'reject' ? 'rejected' : 'fulfilled', 'x'])
    expect([one.takenBack(), other.takenBack()]).toEqual([1, 1])
  })

  it('takes its stops back when the work is done, or has failed', async () => {
    const fails = (): Promise<unknown> => Promise.reject(new Error('x'))
    for (const begin of [() => Promise.resolve(1), fails]) {
      const { stop, takenBack } = createStop()
      await unlessStopped<unknown>(begin(), [stop]).catch(() => {})
      await turn()
      expect(takenBack()).toBe(1)
    }
  })
})

describe('onAbort', () => {
  it('rejects with the reason of the signal, once it is aborted', async () => {
    const caller = new AbortController()
    const { ending } = watch(unlessStopped<never>(never, [onAbort(caller.signal)]))
    await turn()
    expect(ending()).toBe('none yet')
    caller.abort('gone')
    await turn()
    expect(ending()).toEqual(['rejected', 'gone'])
  })

  it('listens no longer than the work lasts, and to nothing where there is no signal', async () => {
    let listeners = 0
    const signal = {
      aborted: false,
      reason: undefined,
      addEventListener: () => (listeners += 1),
      removeEventListener: () => (listeners -= 1),
    }
    const work = unlessStopped(Promise.resolve(1), [onAbort(signal as never), onAbort(undefined)])
    expect(listeners).toBe(1)
    await work
    await turn()
    expect(listeners).toBe(0)
  })
})
