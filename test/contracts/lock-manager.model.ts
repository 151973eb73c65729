import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { LockHandle, LockManager } from '../../src/core/ports.ts'
import { promiseTurns } from './promise-turns.ts'

type Step =
  | { readonly kind: 'request'; readonly manager: number; readonly name: string }
  | { readonly kind: 'release'; readonly pick: number; readonly grant: 'some' | 'held' }
  | { readonly kind: 'let promises settle' | 'wait for the holders' }

interface Request {
  readonly name: string
  readonly handle: LockHandle
  /** What `granted` has said. */
  answer?: boolean
  /** What `isHeld()` said when it was released first. */
  wasHeld?: boolean
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('request' as const),
        manager: fc.nat(2),
        name: fc.constantFrom('a', 'a', 'b'),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('release' as const),
        pick: fc.nat(20),
        grant: fc.constantFrom('some' as const, 'held' as const),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom('let promises settle' as const, 'wait for the holders' as const),
      }),
    },
  ),
  { maxLength: 24 },
)

/** Whatever several managers ask for and give back: one holder, in order, and nobody forgotten. */
export function testLockSequences(makeLocks: () => LockManager): void {
  it('gives each lock to one after the other, whoever asks, leaves and comes back', async () => {
    const locks = makeLocks()
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => play(sequence, locks)),
      { numRuns: 120 },
    )
  })
}

async function play(sequence: readonly Step[], locks: LockManager): Promise<void> {
  const managers = [locks, { request: locks.request }, { ...locks }]
  const prefix = crypto.randomUUID()
  const requests: Request[] = []
  const grants: Request[] = []

  const ask = (manager: LockManager, name: string): void => {
    const handle = manager.request(`${prefix} ${name}`)
    const request: Request = { name, handle }
    requests.push(request)
    handle.granted.then(
      (held) => {
        expect(request.answer).toBeUndefined()
        request.answer = held
        if (held) grants.push(request)
      },
      () => expect.unreachable('granted never rejects'),
    )
  }
  const letGo = (request: Request): void => {
    request.wasHeld ??= request.handle.isHeld()
    request.handle.release()
    expect(request.handle.isHeld()).toBe(false)
  }
  const waitForHolders = async (): Promise<void> => {
    for (const name of ['a', 'b']) {
      const first = requests.find((request) => request.name === name && !isOver(request))
      if (!first) continue
      expect(await first.handle.granted).toBe(true)
      expect(first.handle.isHeld()).toBe(true)
    }
  }

  for (const step of sequence) {
    if (step.kind === 'request') ask(managers[step.manager] as LockManager, step.name)
    if (step.kind === 'let promises settle') await promiseTurns(4)
    if (step.kind === 'wait for the holders') await waitForHolders()
    if (step.kind === 'release') {
      const meant =
        step.grant === 'held' ? requests.filter(({ handle }) => handle.isHeld()) : requests
      const request = meant[step.pick % meant.length]
      if (request) letGo(request)
    }
    expectOneHolder(requests)
  }

  // Whoever still waits gets its turn.
  for (const request of requests) {
    if (isOver(request)) continue
    await waitForHolders()
    expectOneHolder(requests)
    letGo(request)
  }
  const answers = await Promise.all(requests.map(async ({ handle }) => handle.granted))
  expect(answers).toEqual(requests.map(({ wasHeld }) => wasHeld))
  expect(grants.map((request) => requests.indexOf(request)).sort((a, b) => a - b)).toEqual(
    requests.flatMap(({ wasHeld }, index) => (wasHeld ? [index] : [])),
  )
  for (const name of ['a', 'b']) {
    const order = grants.flatMap((grant) => (grant.name === name ? [requests.indexOf(grant)] : []))
    expect(order).toEqual(order.toSorted((a, b) => a - b))
  }
}

function isOver({ wasHeld }: Request): boolean {
  return wasHeld !== undefined
}

/** At this moment: who holds a lock is the first of those who still want it. */
function expectOneHolder(requests: readonly Request[]): void {
  for (const name of ['a', 'b']) {
    const wanting = requests.filter((request) => request.name === name && !isOver(request))
    expect(wanting.slice(1).map(({ handle }) => handle.isHeld())).not.toContain(true)
  }
  for (const request of requests) {
    if (isOver(request)) expect(request.handle.isHeld()).toBe(false)
  }
}
