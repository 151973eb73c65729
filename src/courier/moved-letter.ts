import type { LetterAnswer } from '../core/ports.ts'
import { isObject } from '../core/shape.ts'

type Step =
  | { readonly from: 'posted'; readonly to: 'opened' }
  | { readonly from: 'opened'; readonly to: 'answered'; readonly answer: LetterAnswer }

/**
 * The record after a letter has gone a step, or nothing if it is not where the step begins: taken back,
 * settled, cleared, or of a version that this one does not know. Of a record the courier knows its
 * `letters` and its `revision`; everything else is left as it was found.
 */
export function movedLetter(stored: unknown, id: string, { from, to, ...news }: Step): unknown {
  if (!isObject(stored)) return undefined
  const { letters, revision } = stored
  if (!Array.isArray(letters) || typeof revision !== 'number') return undefined
  const isIt = (letter: unknown): boolean =>
    isObject(letter) && letter['id'] === id && letter['state'] === from
  if (!letters.some(isIt)) return undefined
  const moved = letters.map((letter: object) =>
    isIt(letter) ? { ...letter, ...news, state: to } : letter,
  )
  return { ...stored, revision: revision + 1, letters: moved }
}
