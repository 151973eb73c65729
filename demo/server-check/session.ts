import { isGranted } from './journal.ts'
import type { Entry, Journal, TokenName } from './journal.ts'

/** The session that the last sign-in began, as far as the journal tells. */
export interface Session {
  /** Whether it has a refresh token that may still be good. */
  readonly isAlive: boolean
  /** The refresh token that a client would hold now. */
  readonly current: TokenName | undefined
  /** The one that was presented for it, if nobody has presented `current` since. */
  readonly parent: TokenName | undefined
  readonly accessToken: TokenName | undefined
  /** The access token of the sign-in. */
  readonly firstAccessToken: TokenName | undefined
  readonly firstRefreshToken: TokenName | undefined
  readonly grantedScope: string
  readonly entries: Journal
}

const none: Session = {
  isAlive: false,
  current: undefined,
  parent: undefined,
  accessToken: undefined,
  firstAccessToken: undefined,
  firstRefreshToken: undefined,
  grantedScope: '',
  entries: [],
}

export function sessionOf(journal: Journal): Session {
  const start = journal.findLastIndex(({ step }) => step === 'sign-in' || step === 'session-lost')
  const entries = start === -1 ? [] : journal.slice(start)
  const session = entries.reduce((before, entry) => after(before, entry, journal), none)
  return { ...session, entries }
}

/** Of two successors of one token the earlier one is the good one here. */
export function earlierChildWins(journal: Journal): boolean {
  const at = journal.findIndex((entry) => isRefused(entry, 'second-child'))
  const next = journal[at + 1]
  return at !== -1 && next?.step === 'refresh' && isGranted(next.answer)
}

function isRefused(entry: Entry, probe: string): boolean {
  return entry.step === 'refresh' && entry.probe === probe && !isGranted(entry.answer)
}

function after(session: Session, entry: Entry, journal: Journal): Session {
  switch (entry.step) {
    case 'sign-in': {
      if (!isGranted(entry.answer)) return none
      const { refreshToken, accessToken, scope = entry.scope } = entry.answer
      return {
        ...none,
        isAlive: refreshToken !== undefined,
        current: refreshToken,
        accessToken,
        firstAccessToken: accessToken,
        firstRefreshToken: refreshToken,
        grantedScope: scope,
      }
    }
    case 'session-lost':
      return none
    case 'pair': {
      const granted = entry.answers.filter(isGranted)
      const next = granted.findLast(({ refreshToken }) => refreshToken !== undefined)
      const current = next?.refreshToken ?? session.current
      const accessToken = granted.at(-1)?.accessToken ?? session.accessToken
      return { ...session, current, parent: undefined, accessToken }
    }
    case 'refresh': {
      const { probe, presented, answer } = entry
      if (isGranted(answer)) {
        const isReplay = presented !== session.current
        const accessToken = answer.accessToken ?? session.accessToken
        if (isReplay && earlierChildWins(journal)) return { ...session, accessToken }
        const current = answer.refreshToken ?? session.current
        // Its parent is what the next replay presents: only if it was presented as usual.
        const parent = !isReplay && current !== presented ? presented : undefined
        return { ...session, current, parent, accessToken }
      }
      // Nobody knows whether it was spent.
      if (answer.kind === 'unreadable') return { ...session, isAlive: false }
      if (presented !== session.current || probe === 'narrowed') return session
      if (probe === 'after-pair' || probe === 'second-child') {
        const other = otherChild(session, entry, journal)
        if (other !== undefined) return { ...session, current: other, parent: undefined }
      }
      return { ...session, isAlive: false }
    }
    case 'endpoint':
    case 'dpop':
    case 'revoke':
    case 'user-info':
      return session
  }
}

/** The other successor, where one token has brought two. */
export function otherChild(
  { current }: Pick<Session, 'current'>,
  at: Entry,
  journal: Journal,
): TokenName | undefined {
  const before = journal.slice(0, journal.indexOf(at))
  const last = before.at(-1)
  if (last?.step === 'pair') {
    return last.answers
      .filter(isGranted)
      .map(({ refreshToken }) => refreshToken)
      .find((name) => name !== undefined && name !== current)
  }
  if (last?.step !== 'refresh' || last.probe !== 'again') return undefined
  const first = before.findLast(
    (entry) => entry !== last && entry.step === 'refresh' && entry.presented === last.presented,
  )
  if (first?.step !== 'refresh' || !isGranted(first.answer)) return undefined
  const { refreshToken } = first.answer
  return refreshToken === current ? undefined : refreshToken
}
