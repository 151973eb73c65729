import * as fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import type { OpenChannel, PeerChannel } from '../../src/core/ports.ts'
import { promiseTurns } from './promise-turns.ts'
import { cloneable, uncloneable } from './stored-values.ts'
import { patience } from '../support/patience.ts'

type Step =
  | { readonly kind: 'open'; readonly name: string }
  | { readonly kind: 'close' | 'let promises settle' | 'wait for all'; readonly pick: number }
  | { readonly kind: 'post' | 'post in vain'; readonly pick: number; readonly value: unknown }

interface Message {
  readonly by: number
  readonly step: number
  readonly value: unknown
}

interface Tab {
  readonly name: string
  readonly channel: PeerChannel
  readonly received: unknown[]
  /** What was posted by others while this was open. */
  readonly due: Message[]
  /** How much had been received when this was closed. */
  closedWith?: number
}

const pick = fc.nat(9)
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('open' as const), name: fc.constantFrom('a', 'b') }),
    },
    fc.record({
      kind: fc.constantFrom('close', 'let promises settle', 'wait for all'),
      pick,
    }),
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('post' as const), pick, value: cloneable }),
    },
    fc.record({ kind: fc.constant('post in vain' as const), pick, value: uncloneable }),
  ),
  { minLength: 3, maxLength: 24 },
)

/** Whoever opens, posts and closes: each message to the others, once, whole, and to nobody else. */
export function testChannelSequences(name: string, makeOpen: () => OpenChannel): void {
  it(`${name} delivers to those it should and to nobody else, whoever opens, posts and closes`, async () => {
    const open = makeOpen()
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => play(sequence, open)),
      { numRuns: 80 },
    )
  })
}

async function play(sequence: readonly Step[], openChannel: OpenChannel): Promise<void> {
  const prefix = crypto.randomUUID()
  const tabs: Tab[] = []
  const open = (name: string): void => {
    const received: unknown[] = []
    const channel = openChannel(`${prefix} ${name}`, (message) => received.push(message))
    if (!channel) throw new Error('There is no channel here')
    tabs.push({ name, channel, received, due: [] })
  }
  const post = (by: number, step: number, value: unknown): void => {
    const sender = tabs[by] as Tab
    const boxed = { by, step, value }
    const message = { by, step, value: structuredClone(value) }
    sender.channel.post(boxed)
    boxed.step = -1
    if (sender.closedWith !== undefined) return
    for (const tab of tabs) {
      if (tab === sender || tab.name !== sender.name || tab.closedWith !== undefined) continue
      tab.due.push(message)
    }
  }
  const close = (tab: Tab): void => {
    tab.channel.close()
    tab.closedWith ??= tab.received.length
  }
  const waitForAll = async (): Promise<void> =>
    vi.waitFor(() => {
      for (const { closedWith, received, due } of tabs) {
        if (closedWith === undefined) expect(received.length).toBeGreaterThanOrEqual(due.length)
      }
    }, patience)

  try {
    for (const name of ['a', 'a', 'b']) open(name)
    for (const [step, asked] of sequence.entries()) {
      if (asked.kind === 'open') {
        open(asked.name)
        continue
      }
      const by = asked.pick % tabs.length
      const tab = tabs[by] as Tab
      if (asked.kind === 'post') post(by, step, asked.value)
      if (asked.kind === 'post in vain') tab.channel.post({ by, step, value: asked.value })
      if (asked.kind === 'let promises settle') await promiseTurns(3)
      if (asked.kind === 'wait for all') await waitForAll()
      // What a tab says before it goes is a matter of luck in some engines, so it is waited for.
      if (asked.kind === 'close') {
        await waitForAll()
        post((by + 1) % tabs.length, step, 'under way')
        close(tab)
      }
    }
    // Whatever was delivered by mistake comes before these.
    for (const [by, { closedWith }] of tabs.entries()) {
      if (closedWith === undefined) post(by, sequence.length, 'sentinel')
    }
    await waitForAll()
  } finally {
    for (const { channel } of tabs) channel.close()
  }

  for (const { received, due, closedWith } of tabs) {
    const expected = due.slice(0, closedWith)
    expect(received).toHaveLength(expected.length)
    for (const by of tabs.keys()) {
      const from = (messages: readonly unknown[]) =>
        messages.filter((message) => (message as Message).by === by)
      expect(from(received)).toStrictEqual(from(expected))
    }
  }
}
