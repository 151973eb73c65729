import { createBoundedStore } from '../core/record/bounded-store.ts'
import type { CourierSupport } from '../core/rotation/courier-support.ts'
import { createMail } from '../core/rotation/mail.ts'
import type { Clock, LockManager, OpenChannel, TokenStore } from '../core/ports.ts'
import { deliverLetter } from '../courier/deliver-letter.ts'
import { toLetterMessage } from '../courier/letter-message.ts'
import type { StoredRecord } from '../courier/stored-record.ts'
import type { Observe } from './happenings.ts'
import type { Steps, TabProcess } from './steps.ts'

/**
 * The worker of all tabs, as a process of its own. That a letter reaches it, and that a tab hears a word
 * of it, are steps, each of which may be late or lost. One that was killed is followed by another.
 */
export interface VirtualCourier {
  of(tab: TabProcess): CourierSupport
  /** The process that runs now, if any letter was posted yet. */
  process(): TabProcess | undefined
  kill(): void
  freeze(): void
  thaw(): void
}

/** What a process has of the browser. */
export interface VirtualParts {
  readonly clock: Clock & { forget(): void }
  readonly store: TokenStore
  readonly locks: LockManager
  readonly openChannel: OpenChannel
  /** @param letter What is to be sent. */
  readonly fetchFor: (letter: string) => typeof globalThis.fetch
  /** As the end of the process does. */
  forget(): void
}

/** Those parts of a build that a courier is made of. */
export interface CourierBuild {
  readonly createMail: typeof createMail
  readonly deliverLetter: typeof deliverLetter
}

export function createVirtualCourier(
  options: {
    readonly steps: Steps
    readonly observe: Observe
    readonly partsOf: (process: TabProcess) => VirtualParts
  } & Partial<CourierBuild>,
): VirtualCourier {
  const { steps, observe, partsOf } = options
  const build = { createMail, deliverLetter, ...options }
  let count = 0
  let current:
    | {
        readonly process: { name: string; state: TabProcess['state'] }
        readonly parts: VirtualParts
      }
    | undefined

  function worker(): NonNullable<typeof current> {
    if (current) return current
    const process = { name: `courier ${(count += 1)}`, state: 'running' as TabProcess['state'] }
    current = { process, parts: partsOf(process) }
    return current
  }

  function turn(state: TabProcess['state'], fate: 'killed' | 'frozen' | 'thawed'): void {
    if (!current) return
    current.process.state = state
    observe({ type: 'fate', tab: current.process, fate })
  }

  return {
    process: () => current?.process,
    of: (tab) => ({
      createMail: ({ recordKey, channelName, ...given }) =>
        build.createMail({
          ...given,
          courier: {
            isAvailable: () => true,
            // It gets letters all the same, or nothing more would be seen of it.
            giveUp() {},
            post(letter, onWord) {
              const { process, parts } = worker()
              const place = { database: '', objectStore: '', key: recordKey, channel: channelName }
              const message = toLetterMessage(letter, place, given.clock.now())
              let isHeard = true
              steps.add({
                kind: 'message',
                tab: process,
                label: `${process.name} receives a letter of ${tab.name}`,
                isReady: () => process.state === 'running',
                run() {
                  const record = createVirtualStoredRecord(parts)
                  const fetch = parts.fetchFor(letter.id)
                  void build.deliverLetter(message, { ...parts, record, fetch }, (word) => {
                    const words = typeof word === 'string' ? word : 'the answer itself'
                    steps.add({
                      kind: 'message',
                      tab,
                      label: `${tab.name} hears of its letter: ${words}`,
                      isReady: () => tab.state === 'running',
                      run() {
                        if (isHeard) onWord(word)
                      },
                    })
                  })
                },
              })
              return () => {
                isHeard = false
              }
            },
          },
        }),
    }),
    kill() {
      turn('gone', 'killed')
      if (current) steps.dropAll(current.process)
      current?.parts.forget()
      current = undefined
    },
    freeze: () => turn('frozen', 'frozen'),
    thaw() {
      if (current?.process.state === 'frozen') turn('running', 'thawed')
    },
  }
}

function createVirtualStoredRecord({ store, clock }: VirtualParts): StoredRecord {
  const bounded = createBoundedStore(store, clock)
  return {
    change: ({ key }, durability, change) =>
      bounded.update(
        key,
        (stored) => {
          const next = change(stored)
          return next === undefined ? { result: false } : { put: next, result: true }
        },
        { durable: durability === 'strict' },
      ),
  }
}
