import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { createFallbackTokenStore } from '../../src/adapters/fallback-token-store.ts'
import type { FallbackCause } from '../../src/adapters/fallback-token-store.ts'
import { createMemoryTokenStore } from '../../src/adapters/memory-token-store.ts'
import type { TokenStore } from '../../src/core/ports.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import { promiseTurns } from '../contracts/promise-turns.ts'
import { createDeferred } from '../support/deferred.ts'

const waitMs = 3000
const refusal = new DOMException('Denied', 'SecurityError')

/** How the primary store meets one call. */
type Mood = 'answers' | 'refuses' | 'is silent' | 'answers later' | 'refuses later'

interface Step {
  readonly kind: 'read' | 'append' | 'settle' | 'pass'
  readonly mood: Mood
  readonly passMs: number
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom('read', 'append', 'append', 'settle', 'pass'),
    mood: fc.constantFrom('answers', 'refuses', 'is silent', 'answers later', 'refuses later'),
    passMs: fc.constantFrom(1, waitMs / 2 - 1, waitMs / 2, 10_000),
  }),
  { minLength: 1, maxLength: 10 },
)

it('goes over to memory at most once and back at most once, and keeps every append, whatever its store does and when', async () => {
  await fc.assert(fc.asyncProperty(steps, play), { numRuns: 300 })
})

async function play(sequence: readonly Step[]): Promise<void> {
  const clock = createManualClock()
  const disposal = new AbortController()
  const causes: FallbackCause[] = []
  const kept = createMemoryTokenStore()
  const later: (() => void)[] = []
  let mood: Mood = 'answers'
  let reads = 0
  let updates = 0
  let firstAnswerCame = false
  let anyReadAnswered = false
  let returns = 0

  const meet = async <T>(act: () => Promise<T>): Promise<T> => {
    const met = mood
    const isFirst = reads + updates === 1
    if (met === 'is silent') return new Promise(() => {})
    if (met.endsWith('later')) {
      const moment = createDeferred()
      later.push(() => moment.resolve())
      await moment.promise
    }
    if (met.startsWith('refuses')) throw refusal
    if (isFirst && causes.length === 0) firstAnswerCame = true
    return act()
  }
  const primary: TokenStore = {
    read: async (key) => {
      reads += 1
      return meet(async () => {
        anyReadAnswered = true
        return kept.read(key)
      })
    },
    update: async (key, change, options) => {
      // Only a read is ever given up: nothing may be written before the store has answered.
      expect(anyReadAnswered).toBe(true)
      updates += 1
      return meet(async () => kept.update(key, change, options))
    },
  }
  const store = createFallbackTokenStore(primary, {
    clock,
    waitMs,
    onFallback: (cause) => causes.push(cause),
    onReturn: () => {
      returns += 1
    },
    // What was appended last counts.
    wasDecidedLater: (mine, stored) =>
      Number(listOf(mine).at(-1)) > Number(listOf(stored).at(-1) ?? -1),
    disposal: disposal.signal,
  })

  const outcomes: { readonly met: Mood; settled?: PromiseSettledResult<unknown> }[] = []
  const appended: number[] = []
  for (const [step, asked] of sequence.entries()) {
    mood = asked.mood
    if (asked.kind === 'pass') {
      // A page that sleeps so long has heard what was answered before.
      if (asked.passMs > waitMs) await settle()
      clock.advance(asked.passMs)
      await settle()
    }
    if (asked.kind === 'settle') {
      later.shift()?.()
      await settle()
    }
    if (asked.kind !== 'read' && asked.kind !== 'append') continue
    const append = (seen: unknown) => ({ result: step, put: [...listOf(seen), step] })
    const answer = asked.kind === 'read' ? store.read('a') : store.update('a', append)
    const outcome: (typeof outcomes)[number] = { met: mood }
    outcomes.push(outcome)
    void Promise.allSettled([answer]).then(([settled]) => {
      outcome.settled = settled
      if (settled.status === 'fulfilled' && asked.kind === 'append') appended.push(step)
    })
  }

  const wentOver = () => causes.length > 0
  // The second half begins when the first is over.
  for (let half = 0; half < 2; half += 1) {
    await settle()
    clock.advance(waitMs / 2)
  }
  await settle()
  expect(causes.length).toBeLessThanOrEqual(1)
  expect(wentOver()).toBe(outcomes.length > 0 && !firstAnswerCame)
  if (wentOver() && returns === 0) {
    // Nothing is written to the store, and nothing can fail any more.
    expect(updates).toBe(0)
    expect(outcomes.map(({ settled }) => settled?.status)).not.toContain('rejected')
    expect(outcomes.map(({ settled }) => settled)).not.toContain(undefined)
  }
  for (const move of later) move()
  mood = 'answers'
  await settle()
  clock.advance(10_000)
  await settle()
  expect(await store.read('a')).toEqual(appended.length > 0 ? appended : undefined)
  expect(causes.length).toBeLessThanOrEqual(1)
  expect(returns).toBeLessThanOrEqual(causes.length)
  disposal.abort()
  expect(clock.timers()).toEqual([])
}

async function settle(): Promise<void> {
  await promiseTurns(30)
}

function listOf(stored: unknown): readonly unknown[] {
  return Array.isArray(stored) ? stored : []
}
