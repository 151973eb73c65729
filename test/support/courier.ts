import type { CourierSupport } from '../../src/core/rotation/courier-support.ts'
import { createMail } from '../../src/core/rotation/mail.ts'
import type { Courier, PostedLetter } from '../../src/core/ports.ts'
import { deliverLetter } from '../../src/courier/deliver-letter.ts'
import { toLetterMessage } from '../../src/courier/letter-message.ts'
import type { Profile } from './tabs.ts'

export interface FakeCourier {
  /** For `createTokenManager`. */
  readonly option: CourierSupport
  readonly letters: PostedLetter[]
  /** Why it was given up. */
  readonly reasons: string[]
  /** The way to the server, for the worker alone. */
  fetch: typeof globalThis.fetch
  /** What is done with a letter; by default what a worker does, at once. */
  post: Courier['post']
}

/** The worker that the package has, in the profile of a test: over its storage, locks and channel. */
export function createFakeCourier({
  clock,
  store,
  locks,
  openChannel,
  fetch,
}: Profile): FakeCourier {
  let place = { database: '', objectStore: '', key: '', channel: '' }
  const courier: FakeCourier = {
    letters: [],
    reasons: [],
    fetch,
    option: {
      createMail(parts) {
        place = { ...place, key: parts.recordKey, channel: parts.channelName }
        return createMail({
          ...parts,
          courier: {
            isAvailable: () => courier.reasons.length === 0,
            giveUp: (reason) => void courier.reasons.push(reason),
            post(letter, onWord) {
              courier.letters.push(letter)
              return courier.post(letter, onWord)
            },
          },
        })
      },
    },
    post(letter, onWord) {
      const record = {
        change: (
          { key }: { readonly key: string },
          _: unknown,
          change: (stored: unknown) => unknown,
        ): Promise<boolean> =>
          store.update(key, (stored) => {
            const next = change(stored)
            return next === undefined ? { result: false } : { put: next, result: true }
          }),
      }
      const parts = { clock, locks, openChannel, record, fetch: courier.fetch }
      void deliverLetter(toLetterMessage(letter, place, clock.now()), parts, onWord)
      return () => {}
    },
  }
  return courier
}
