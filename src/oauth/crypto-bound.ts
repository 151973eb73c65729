import { RefreshUnavailableError } from '../core/errors.ts'
import { patiently } from '../core/patiently.ts'
import type { Clock } from '../core/ports.ts'
import { unlessStopped } from '../core/until.ts'

/** `crypto.subtle` that has not done one thing in this time hangs; the slowest keys take a second or two. */
const cryptoBoundMs = 5_000

export interface CryptoBound {
  /** Settles as `work` does, or rejects with a {@link RefreshUnavailableError} where time runs out first. */
  bound<T>(work: Promise<T>): Promise<T>
  /** From here on `work` may take as long as it likes. `false` if its time was up already: then it must not go on. */
  pass(): boolean
}

export function createCryptoBound(clock: Clock): CryptoBound {
  let isOver = false
  let isThrough = false

  const silence = (reject: (reason: unknown) => void): (() => void) =>
    patiently(clock, cryptoBoundMs, () => {
      if (isThrough) return
      isOver = true
      // A process of the browser may come back, so this is no matter for a developer: it passes by itself.
      reject(
        new RefreshUnavailableError(
          'TIMEOUT',
          'The cryptography of this browser does not answer: nothing was sent.',
          { outcome: 'not-sent' },
        ),
      )
    })

  return {
    bound: (work) => unlessStopped(work, [silence]),
    pass() {
      isThrough = !isOver
      return isThrough
    },
  }
}
