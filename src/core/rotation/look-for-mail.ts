import { isLetter, type Letter } from '../record/letter.ts'
import {
  refreshTokenGenerationOf,
  outdoes,
  type Session,
  type SessionRecord,
} from '../record/session-record.ts'

/** What letters say to a tab that would present the stored refresh token. */
export interface FoundMail {
  /** An answer that is there to be settled: one that may hold tokens rather than another. */
  readonly answered: Letter | undefined
  /** Letters that couriers are sending, or about to. */
  readonly underWay: readonly Letter[]
  /** One was opened by a courier that is gone: it may have been sent. */
  readonly isLost: boolean
  /** What the lease was taken for was never opened, and never will be once another claim has taken it back. */
  readonly isUnsent: boolean
}

/**
 * Looks at the letters that present the stored refresh token, and at answers to the one before it that
 * were claimed later. Pure.
 */
export function lookForMail(
  record: SessionRecord,
  session: Session,
  isOrphaned: (letterId: string) => boolean,
): FoundMail {
  const letters = (record.letters ?? []).filter(isLetter)
  const answers = letters.filter((letter) => letter.answer && isOfUse(letter, record, session))
  const ours = letters.filter(({ token }) => token === refreshTokenGenerationOf(session))
  const open = ours.filter(({ state }) => state !== 'posted' && state !== 'answered')
  return {
    answered: answers.filter(mayHoldTokens).at(-1) ?? answers.at(-1),
    underWay: open.filter(({ id }) => !isOrphaned(id)),
    isLost: open.length > 0,
    isUnsent: ours.some(({ id, state }) => id === record.lease?.letter && state === 'posted'),
  }
}

function isOfUse({ token, claim }: Letter, record: SessionRecord, session: Session): boolean {
  return (
    token === refreshTokenGenerationOf(session) || outdoes({ generation: token, claim }, record)
  )
}

/** What is known of a refresh token outlasts an answer that holds no other. */
export function mayHoldTokens({ answer }: Letter): boolean {
  return answer !== undefined && 'status' in answer && answer.status >= 200 && answer.status < 300
}
