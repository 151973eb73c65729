import { isLetter, type Letter } from '../record/letter.ts'
import { generationOf, type Session, type SessionRecord } from '../record/session-record.ts'

/** What letters say to a tab that would present the stored refresh token. */
export interface FoundMail {
  /** An answer that is there to be settled. */
  readonly answered: Letter | undefined
  /** A letter that a courier is sending, or about to. */
  readonly underWay: Letter | undefined
  /** One was opened by a courier that is gone: it may have been sent. */
  readonly isLost: boolean
  /** What the lease was taken for was never opened, and never will be once another claim has taken it back. */
  readonly isUnsent: boolean
}

/** Looks at those letters that present the stored refresh token. Pure. */
export function lookForMail(
  { letters = [], lease }: SessionRecord,
  session: Session,
  isOrphaned: (letterId: string) => boolean,
): FoundMail {
  const ours = letters.filter(
    (letter) => isLetter(letter) && letter.token === generationOf(session),
  )
  const open = ours.filter(({ state }) => state === 'opened')
  return {
    answered: ours.filter(({ state }) => state === 'answered').at(-1),
    underWay: open.find(({ id }) => !isOrphaned(id)),
    isLost: open.length > 0,
    isUnsent: ours.some(({ id, state }) => id === lease?.letter && state === 'posted'),
  }
}
