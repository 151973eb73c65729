import type { LetterAnswer } from '../ports.ts'
import { areAll, fits, isCount, isObject, isString, type Check } from '../shape.ts'
import type { TokenKey } from './token-set.ts'

/** A refresh token grant that a courier sends, so that its answer outlives the page. */
export interface Letter {
  /** Random; also names the lock that the courier holds while it has the letter. */
  readonly id: string
  /** The place of its claim in the order of claims. */
  readonly claim: number
  /** The token set that it asks for. */
  readonly about: TokenKey
  /** Which refresh token it presents: the generation that brought it, as in `Origin`. */
  readonly token: number
  /**
   * `posted`: nothing was sent, and nothing will be if it is taken back. `opened`: it is being sent,
   * or was, or its courier is dead. `answered`: whoever claims next settles it.
   */
  readonly state: 'posted' | 'opened' | 'answered'
  readonly answer?: LetterAnswer
}

/** A letter that is about to be posted, if there is a courier for it. */
export type NewLetter = (about: Pick<Letter, 'about' | 'claim' | 'token'>) => Letter | undefined

/** What a page and a courier call the lock that is held as long as a letter is being dealt with. */
export function letterLockName(id: string): string {
  return `tokenring letter ${id}`
}

export const isLetterAnswer: Check = (value) =>
  fits(value, { receivedAt: Number.isFinite }) &&
  (fits(value, { failure: (failure) => failure === 'network' || failure === 'timeout' }) ||
    fits(value, {
      status: Number.isFinite,
      headers: (headers) => areAll(headers, isString),
      body: isString,
    }))

/** Of a state that this version does not know it is, for all that matters here, an open one. */
export const isLetter: Check = (value) =>
  fits(
    value,
    { id: isString, claim: isCount, about: isString, token: isCount, state: isString },
    { answer: isLetterAnswer },
  ) &&
  isObject(value) &&
  (value['state'] === 'answered') === (value['answer'] !== undefined)
