import type { PostedLetter } from '../core/ports.ts'
import { fits, isObject, isString, type Check } from '../core/shape.ts'

/** Where the record lies that letters are an entry of, and where its readers are told of mail. */
export interface RecordPlace {
  readonly database: string
  readonly objectStore: string
  readonly key: string
  /** Of a BroadcastChannel. */
  readonly channel: string
}

/** A letter on its way from a page to a worker, which may be of another version. */
export interface LetterMessage extends PostedLetter, RecordPlace {
  /** Tells it from what an app says to its own service worker. */
  readonly tokenring: 'letter'
  readonly v: 1
  /** How long it was until `notAfter` when it was posted: a wall clock that was set back is found out. */
  readonly leftMs: number
  /**
   * By how much the page's clock is ahead of that of the machine, which is the worker's: an app may bring
   * its own, and everything in the record is by that.
   */
  readonly aheadMs?: number
}

/** @param now What the page's clock says, and what the machine's. */
export function toLetterMessage(
  letter: PostedLetter,
  place: RecordPlace,
  now: number,
  machineNow: number = now,
): LetterMessage {
  const leftMs = letter.notAfter - now
  return { ...letter, ...place, tokenring: 'letter', v: 1, leftMs, aheadMs: now - machineNow }
}

/** `unknown`: a letter of another version. `undefined`: no letter at all. */
export function parseLetterMessage(message: unknown): LetterMessage | 'unknown' | undefined {
  if (!isObject(message) || message['tokenring'] !== 'letter') return undefined
  return isLetterMessage(message) ? (message as unknown as LetterMessage) : 'unknown'
}

const isLetterMessage: Check = (message) =>
  fits(
    message,
    {
      v: (v) => v === 1,
      id: isString,
      url: isString,
      accept: isString,
      body: isString,
      notAfter: Number.isFinite,
      leftMs: Number.isFinite,
      timeoutMs: Number.isFinite,
      database: isString,
      objectStore: isString,
      key: isString,
      channel: isString,
    },
    { dpop: isString, aheadMs: Number.isFinite },
  )
