import * as fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { createIndexedDbTokenStore } from '../../src/adapters/indexeddb-token-store.ts'
import { injectFaults, type ConnectionFault, type WriteFault } from './indexeddb-faults.ts'
import { promiseTurns } from './promise-turns.ts'

interface Ask {
  readonly kind: 'read' | 'append'
  readonly tab: number
  readonly fault?: WriteFault | undefined
  readonly next: 'go on' | 'let promises settle' | 'let a task pass' | 'wait for this'
}

interface Happening {
  readonly kind: 'fault'
  readonly fault: ConnectionFault
  readonly pick: number
}

type Step = Ask | Happening

/** What came of one step that asked. */
type Outcome =
  | { readonly step: number; readonly value: unknown }
  | { readonly step: number; readonly error: unknown }

/** What is stored is the list of the steps that have appended themselves. */
type Entry = 'deleted' | { readonly step: number; readonly seen: unknown }

const whoAndHow = {
  tab: fc.nat(1),
  next: fc.constantFrom<Ask['next'][]>(
    'go on',
    'go on',
    'let promises settle',
    'let a task pass',
    'wait for this',
  ),
}
const writeFaults: WriteFault[] = [
  'aborted',
  'storage lost',
  'aborted twice',
  'no room',
  'no room after all',
]
const connectionFaults: ConnectionFault[] = [
  'ends with its transactions',
  'ends',
  'closes without a word',
  'database deleted',
  'opening throws',
  'opening is denied',
  'opening fails',
]

const ask: fc.Arbitrary<Ask> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('read'), ...whoAndHow }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('append'), ...whoAndHow }) },
  fc.record({ kind: fc.constant('append'), ...whoAndHow, fault: fc.constantFrom(...writeFaults) }),
)
const happening: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constant('fault'),
  fault: fc.constantFrom(...connectionFaults),
  pick: fc.nat(1),
})

const steps = fc.array(fc.oneof({ weight: 4, arbitrary: ask }, happening), {
  minLength: 2,
  maxLength: 14,
})

/** How the IndexedDB at hand is made to fail. */
export interface FaultyIndexedDb {
  /** Closes a connection as the browser does, with a `close` event. */
  readonly forceClose: (connection: IDBDatabase) => void
  /** Whether a deletion waits for the transactions under way, as it ought to. */
  readonly deletionWaits: boolean
  /** Whether it says that a transaction was aborted, also if its connection is closed right then. */
  readonly reportsAborts: boolean
}

/** Whatever befalls the database while several tabs use it: all or nothing, in order, and an end. */
export function testIndexedDbFaults(faulty: FaultyIndexedDb): void {
  it('createIndexedDbTokenStore writes whole, in order or not at all, whatever befalls the database', async () => {
    await fc.assert(
      fc
        .asyncProperty(steps, async (sequence) => play(sequence, faulty))
        .afterEach(() => void vi.restoreAllMocks()),
      { numRuns: 100 },
    )
  }, 120_000)
}

async function play(
  sequence: readonly Step[],
  { forceClose, deletionWaits, reportsAborts }: FaultyIndexedDb,
): Promise<void> {
  const databaseName = crypto.randomUUID()
  const log: Entry[] = []
  const faults = injectFaults(databaseName, forceClose, () => log.push('deleted'))
  const tabs = [
    createIndexedDbTokenStore({ databaseName }),
    createIndexedDbTokenStore({ databaseName }),
  ] as const

  const perform = async (step: number, { kind, tab, fault }: Ask): Promise<unknown> => {
    const store = tabs[tab === 0 ? 0 : 1]
    if (kind === 'read') return store.read('a')
    let runs = 0
    return store.update('a', (seen) => {
      runs += 1
      log.push({ step, seen })
      if (fault && (runs === 1 || fault === 'aborted twice')) faults.arm(fault)
      return { result: undefined, put: [...listOf(seen), step] }
    })
  }
  const underWay: Promise<Outcome>[] = []
  const asks = sequence.concat(
    [0, 1].map((tab): Ask => ({ kind: 'append', tab, next: 'wait for this' })),
  )
  for (const [step, asked] of asks.entries()) {
    if (step === sequence.length) await Promise.all(underWay)
    if (asked.kind === 'fault') {
      const aloneOnly = asked.fault === 'database deleted' && !deletionWaits
      if (aloneOnly) await Promise.all(underWay)
      const happened = faults.happen(asked.fault, asked.pick)
      if (aloneOnly) await happened
      continue
    }
    const outcome = perform(step, asked).then(
      (value): Outcome => ({ step, value }),
      (error: unknown): Outcome => ({ step, error }),
    )
    underWay.push(outcome)
    if (asked.next === 'let promises settle') await promiseTurns(3)
    if (asked.next === 'let a task pass') await new Promise((resolve) => setTimeout(resolve))
    if (asked.next === 'wait for this') await outcome
  }
  const outcomes = await Promise.all(underWay)

  expectOneSequence(asks, log, outcomes)
  expectBearable(asks, log, outcomes, reportsAborts)
  expect(faults.openConnections().length).toBeLessThanOrEqual(tabs.length)
}

/** Every append that fulfilled has taken effect once, and no other; each tab's in its order. */
function expectOneSequence(
  asks: readonly Step[],
  log: readonly Entry[],
  outcomes: readonly Outcome[],
): void {
  const tabOf = (step: number): unknown => (asks[step] as Ask).tab
  const lastRuns = outcomes.flatMap((outcome) =>
    'value' in outcome
      ? [log.findLastIndex((entry) => entry !== 'deleted' && entry.step === outcome.step)]
      : [],
  )
  const states: { readonly stored: readonly unknown[]; readonly by?: number }[] = [{ stored: [] }]
  for (const [index, entry] of log.entries()) {
    const stored = states.at(-1)?.stored ?? []
    if (entry === 'deleted') states.push({ stored: [] })
    else {
      expect(listOf(entry.seen)).toEqual(stored)
      if (lastRuns.includes(index)) states.push({ stored: [...stored, entry.step], by: entry.step })
    }
  }
  for (const tab of [0, 1]) {
    const order = states.flatMap(({ by }) => (by !== undefined && tabOf(by) === tab ? [by] : []))
    expect(order).toEqual(order.toSorted((a, b) => a - b))
  }
  for (const outcome of outcomes) {
    if (!('value' in outcome) || asks[outcome.step]?.kind !== 'read') continue
    const own = (by: number | undefined) => by !== undefined && tabOf(by) === tabOf(outcome.step)
    const from = states.findLastIndex(({ by }) => own(by) && Number(by) < outcome.step)
    const until = states.findIndex(({ by }) => own(by) && Number(by) > outcome.step)
    const possible = states.slice(Math.max(from, 0), until < 0 ? undefined : until)
    expect(possible.map(({ stored }) => stored)).toContainEqual(listOf(outcome.value))
  }
}

/** One loss of a connection or transaction is nobody's business; afterwards everything works. */
function expectBearable(
  asks: readonly Step[],
  log: readonly Entry[],
  outcomes: readonly Outcome[],
  reportsAborts: boolean,
): void {
  const befallen = asks.flatMap((asked) => asked.fault ?? [])
  const passing = ['opening is denied', 'no room', 'no room after all', 'aborted twice']
  for (const outcome of outcomes) {
    if ('value' in outcome) continue
    const asked = asks[outcome.step]
    expect(outcome.error).toBeInstanceOf(DOMException)
    const names = ['AbortError', 'UnknownError', 'InvalidStateError', 'SecurityError']
    // Nobody said what became of it, nor could it be aborted: it may have been carried out.
    const isUnknown = !reportsAborts && (outcome.error as Error).name === 'TimeoutError'
    if (isUnknown) continue
    if (asked?.fault?.startsWith('no room')) names.push('QuotaExceededError')
    expect(names).toContain((outcome.error as Error).name)
    if (asked?.fault === undefined || !passing.includes(asked.fault)) {
      expect(befallen.length > 1 || befallen.some((fault) => passing.includes(fault))).toBe(true)
    }
  }
  for (const [step, { fault }] of asks.entries()) {
    if (!fault?.startsWith('no room')) continue
    expect(outcomes.find((outcome) => outcome.step === step)).toHaveProperty('error')
    // To try again at once would not make room.
    const runs = log.filter((entry) => entry !== 'deleted' && entry.step === step)
    if (befallen.length === 1) expect(runs).toHaveLength(1)
  }
}

function listOf(stored: unknown): readonly unknown[] {
  return Array.isArray(stored) ? stored : []
}
