import { openBroadcastChannel } from '../adapters/broadcast-channel.ts'
import { createSystemClock } from '../adapters/system-clock.ts'
import { createWebLocks } from '../adapters/web-locks.ts'
import type { CourierWord } from '../core/ports.ts'
import { deliverLetter, type WorkerParts } from './deliver-letter.ts'
import { parseLetterMessage } from './letter-message.ts'
import { createStoredRecord } from './stored-record.ts'

export function createWorkerParts(): WorkerParts {
  const clock = createSystemClock()
  return {
    clock,
    fetch: (...given) => fetch(...given),
    locks: createWebLocks(),
    openChannel: openBroadcastChannel,
    record: createStoredRecord(clock),
  }
}

/** What comes to a worker from a page; the part of a `MessageEvent` that is read. */
export interface Incoming {
  readonly data: unknown
  readonly ports: readonly { postMessage(word: CourierWord): void }[]
}

/**
 * Deals with a message, if it is a letter; otherwise it leaves it to others, and gives nothing to wait
 * for. What is said goes through the port that came with the letter, and nowhere else.
 */
export function receive({ data, ports }: Incoming, parts: WorkerParts): Promise<void> | undefined {
  const letter = parseLetterMessage(data)
  if (!letter) return undefined
  const say = (word: CourierWord): void => ports[0]?.postMessage(word)
  if (letter !== 'unknown') return deliverLetter(letter, parts, say)
  say('not-sent')
  return undefined
}
