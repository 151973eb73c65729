import type { LetterAnswer } from '../ports.ts'
import { fits, isObject, isString, type Check } from '../shape.ts'
import type { TokenKey } from './token-set.ts'

/** A refresh token grant that a courier sends, so that its answer outlives the page. */
export interface Letter {
  /** Random; also names the lock that the courier holds while it has the letter. */
  readonly id: string
  /** The place of its claim in the order of claims. */
  readonly claim: number
  /** The token set that it asks for. */
  readonly about: TokenKey
  /** Which refresh token it presents: the generation that brought it. */
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
  fits(value, { receivedAt: isNumber }) &&
  (fits(value, { failure: (failure) => failure === 'network' || failure === 'timeout' }) ||
    fits(value, { status: isNumber, headers: areTexts, body: isString }))

/** A letter of a later version may be another: it is left to that version. */
export const isLetter: Check = (value) =>
  fits(value, {
    id: isString,
    claim: isNumber,
    about: isString,
    token: isNumber,
    state: isString,
  }) &&
  fits(value, isObject(value) && value['state'] === 'answered' ? { answer: isLetterAnswer } : {})

function areTexts(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isString)
}

function isNumber(value: unknown): boolean {
  return Number.isFinite(value)
}
