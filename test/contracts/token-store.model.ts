import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { StoreChange, TokenStore } from '../../src/core/ports.ts'
import { promiseTurns } from './promise-turns.ts'
import { cloneable, thrownByGetter, uncloneable } from './stored-values.ts'

type Wish =
  | { readonly kind: 'read' | 'nothing' | 'remove' | 'promise' }
  | { readonly kind: 'put' | 'uncloneable' | 'throw' | 'odd'; readonly value: unknown }

interface Step {
  readonly tab: number
  readonly key: string
  readonly durable: boolean
  readonly wish: Wish
  /** What the caller does before the next step: goes on at once, or lets others go first. */
  readonly next: 'go on' | 'let promises settle' | 'wait for this' | 'wait for all'
}

/** A change that ran, as it was asked for. Changes run one after the other. */
interface Run {
  readonly step: number
  readonly key: string
  readonly seen: unknown
  readonly after: unknown
}

const thrown = ['AbortError', 'InvalidStateError', 'UnknownError'].map(
  (name) => new DOMException('by the change', name),
)

const anyWish: fc.Arbitrary<Wish> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('put'), value: cloneable }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('read') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('nothing', 'remove', 'promise') }) },
  fc.record({ kind: fc.constant('uncloneable'), value: uncloneable }),
  fc.record({
    kind: fc.constant('throw'),
    value: fc.constantFrom(new RangeError('no'), undefined, 'text', ...thrown),
  }),
  fc.record({ kind: fc.constant('odd'), value: fc.constantFrom(undefined, null, 0, 'put', true) }),
)

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record<Step>({
    tab: fc.nat(2),
    key: fc.constantFrom('a', 'b'),
    durable: fc.boolean(),
    wish: anyWish,
    next: fc.constantFrom('go on', 'go on', 'let promises settle', 'wait for this', 'wait for all'),
  }),
  { minLength: 2, maxLength: 14 },
)

/** Whatever several tabs ask for, in whatever order: as if one had asked after the other. */
export function testTokenStoreSequences(name: string, makeOrigin: () => () => TokenStore): void {
  it(`${name} behaves as one sequence of whole steps, whatever several tabs ask for`, async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => play(sequence, makeOrigin())),
      { numRuns: 60 },
    )
  })
}

async function play(sequence: readonly Step[], openTab: () => TokenStore): Promise<void> {
  const tabs = [openTab(), openTab(), openTab()]
  const prefix = crypto.randomUUID()
  const runs: Run[] = []
  const valueOf = (key: string, count: number): unknown =>
    runs.slice(0, count).findLast((run) => run.key === key)?.after
  const underWay: Promise<unknown>[] = []

  for (const [step, { tab, key, durable, wish, next }] of sequence.entries()) {
    const store = tabs[tab] as TokenStore
    const name = `${prefix} ${key}`
    const answer = { step }
    const ask = (): Promise<unknown> => {
      if (wish.kind === 'read') return store.read(name)
      return store.update(
        name,
        (seen) => {
          const run = { step, key, seen, after: afterwards(step, wish, valueOf(key, runs.length)) }
          runs.push({ ...run, seen: structuredClone(seen) })
          // What a change does to its copy concerns nobody.
          if (seen instanceof Map) seen.clear()
          return decide(step, wish, answer)
        },
        { durable },
      )
    }
    const ranBefore = runs.length
    const check = async (): Promise<void> => {
      const [outcome] = await Promise.allSettled([ask()])
      if (wish.kind !== 'read') return expectOutcome(outcome, wish, answer)
      expect(outcome.status).toBe('fulfilled')
      const read = outcome.status === 'fulfilled' && outcome.value
      const own = (run: Run) => sequence[run.step]?.tab === tab
      const from = Math.max(ranBefore, runs.findLastIndex((run) => own(run) && run.step < step) + 1)
      const later = runs.findIndex((run) => own(run) && run.step > step)
      const until = later < 0 ? runs.length : later
      const counts = Array.from({ length: until - from + 1 }, (_, index) => from + index)
      expect(counts.map((count) => valueOf(key, count))).toContainEqual(read)
    }
    const checked = check()
    underWay.push(checked)
    checked.catch(() => {})
    if (next === 'let promises settle') await promiseTurns(5)
    if (next === 'wait for this') await checked
    if (next === 'wait for all') await Promise.all(underWay)
  }
  await Promise.all(underWay)

  for (const [index, { key, seen }] of runs.entries()) {
    expect(seen).toStrictEqual(valueOf(key, index))
  }
  for (const [tab, store] of tabs.entries()) {
    const order = runs.map(({ step }) => step).filter((step) => sequence[step]?.tab === tab)
    expect(order).toEqual(
      sequence.flatMap((step, n) => (step.tab === tab && step.wish.kind !== 'read' ? [n] : [])),
    )
    for (const key of ['a', 'b']) {
      expect(await store.read(`${prefix} ${key}`)).toStrictEqual(valueOf(key, runs.length))
    }
  }
}

/** Every value is put in a box with the number of its step, so that no two are equal. */
function boxed(step: number, value: unknown): unknown {
  return new Map<unknown, unknown>([[step, value]])
}

function afterwards(step: number, wish: Wish, before: unknown): unknown {
  if (wish.kind === 'put') return boxed(step, wish.value)
  return wish.kind === 'remove' ? undefined : before
}

function decide(step: number, wish: Wish, result: unknown): StoreChange<unknown> {
  if (wish.kind === 'throw') throw wish.value
  if (wish.kind === 'remove') return { result, remove: true }
  if (wish.kind === 'put' || wish.kind === 'uncloneable') {
    return { result, put: boxed(step, wish.value) }
  }
  if (wish.kind === 'odd') return wish.value as StoreChange<unknown>
  // Too late for the transaction, as TypeScript says; nothing may come of it.
  if (wish.kind === 'promise') return Promise.resolve({ put: 1 }) as never
  return { result }
}

function expectOutcome(outcome: PromiseSettledResult<unknown>, wish: Wish, answer: unknown): void {
  if (outcome.status === 'fulfilled') {
    expect(['put', 'remove', 'nothing', 'promise']).toContain(wish.kind)
    return expect(outcome.value).toBe(wish.kind === 'promise' ? undefined : answer)
  }
  const reason: unknown = outcome.reason
  if (wish.kind === 'throw') return expect(reason).toBe(wish.value)
  if (wish.kind === 'odd') return expect(reason).toBeInstanceOf(TypeError)
  expect(wish.kind).toBe('uncloneable')
  if (reason !== thrownByGetter) expect(reason).toMatchObject({ name: 'DataCloneError' })
}
