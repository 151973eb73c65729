import * as fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import type { Clock } from '../../src/core/ports.ts'
import { patience } from '../support/patience.ts'

interface ClockUnderTest {
  readonly clock: Clock
  readonly pass: (ms: number) => void
}

type Step =
  | { readonly kind: 'schedule'; readonly delayMs: number; readonly within: readonly number[] }
  | { readonly kind: 'cancel'; readonly pick: number }
  | { readonly kind: 'pass'; readonly ms: number }

interface Scheduled {
  readonly delayMs: number
  readonly cancel: () => void
  runs: number
  isCancelled: boolean
}

const shortMs = fc.oneof(
  fc.constantFrom(0, -0, -1, -Infinity, -(2 ** 31), NaN, 0.1, 0.9, 1, 1.5, 2.0001, 1e-9),
  fc.double({ min: 0, max: 6, noNaN: true }),
)
const longMs = fc.constantFrom(2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, Infinity, 4.4e7)
const longestShortMs = 7

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('schedule' as const),
        delayMs: fc.oneof({ weight: 3, arbitrary: shortMs }, longMs),
        within: fc.array(shortMs, { maxLength: 1 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), pick: fc.nat(20) }) },
    fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(2) }),
  ),
  { minLength: 2, maxLength: 16 },
)

/** Whatever is scheduled and cancelled: each task once, not early, and none that was cancelled. */
export function testClockSequences(makeClock: () => ClockUnderTest): void {
  it('runs each task once, never early, and none that was cancelled, whatever the delay', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => play(sequence, makeClock())),
      { numRuns: 60 },
    )
  })
}

async function play(sequence: readonly Step[], { clock, pass }: ClockUnderTest): Promise<void> {
  const all: Scheduled[] = []
  const early: number[] = []

  const schedule = (delayMs: number, within: readonly number[]): void => {
    const from = { now: clock.now(), monotonic: clock.monotonic() }
    const cancel = clock.schedule(delayMs, () => {
      scheduled.runs += 1
      // By whichever clock says that more time has passed. Sums of fractions are not exact.
      const passedMs = Math.max(clock.now() - from.now, clock.monotonic() - from.monotonic)
      if (passedMs < delayMs - 1e-6) early.push(delayMs)
      for (const nextMs of within) schedule(nextMs, [])
      cancel()
    })
    const scheduled: Scheduled = { delayMs, cancel, runs: 0, isCancelled: false }
    all.push(scheduled)
  }

  for (const step of sequence) {
    const before = all.map(({ runs }) => runs)
    if (step.kind === 'schedule') schedule(step.delayMs, step.within)
    if (step.kind === 'cancel') {
      const meant = all[step.pick % all.length]
      meant?.cancel()
      if (meant?.runs === 0) meant.isCancelled = true
    }
    // Nothing runs within the turn that schedules or cancels it.
    expect(all.slice(0, before.length).map(({ runs }) => runs)).toEqual(before)
    if (step.kind === 'pass') {
      pass(step.ms)
      await new Promise((resolve) => setTimeout(resolve))
    }
  }

  const due = (): Scheduled[] =>
    all.filter(({ delayMs, isCancelled }) => !isCancelled && !(delayMs > longestShortMs))
  let isOver = false
  clock.schedule(longestShortMs, () => (isOver = true))
  pass(longestShortMs)
  await vi.waitFor(() => {
    pass(longestShortMs)
    expect(isOver && due().every(({ runs }) => runs > 0)).toBe(true)
  }, patience)
  for (const { cancel } of all) cancel()
  expect(early).toEqual([])
  for (const { delayMs, isCancelled, runs } of all) {
    expect(runs).toBe(isCancelled || delayMs > longestShortMs ? 0 : 1)
  }
}
