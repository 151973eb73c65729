import { endpoint, isGranted, refreshes } from './journal.ts'
import type { Entry, Journal, Probe, TokenName } from './journal.ts'
import { narrowerScope } from './narrower-scope.ts'
import { sessionOf } from './session.ts'
import type { Session } from './session.ts'

/** What a session of the test user is needed for. */
export type Question =
  | 'rotation'
  | 'narrowed scope'
  | 'access tokens after a refresh'
  | 'two refreshes at one moment'
  | 'a spent refresh token, presented again'
  | 'how long a spent refresh token is accepted'
  | 'refresh tokens from long ago'
  | 'revocation'

export type Step =
  | {
      readonly do: 'refresh'
      readonly probe: Probe
      readonly present: TokenName
      readonly scope?: string
      /** Since it was spent. */
      readonly atAgeMs?: number
    }
  | { readonly do: 'pair'; readonly present: TokenName }
  | { readonly do: 'revoke'; readonly present: TokenName }
  | {
      readonly do: 'user-info'
      readonly probe: 'new' | 'old' | 'after-end'
      readonly present: TokenName
    }
  /** The person has to sign in (again). */
  | { readonly do: 'sign-in'; readonly open: readonly Question[] }
  | { readonly do: 'nothing'; readonly open: readonly Question[] }

export interface PlanOptions {
  /** Ages at which a spent refresh token is presented again, growing. */
  readonly agesMs: readonly number[]
  readonly canRevoke: boolean
}

const mostSignIns = 4

/**
 * What to do next, from what was seen. What can end the session comes after what cannot; of that the
 * pair comes first, because it answers two questions where a server is strict; and what ends the
 * session for certain comes last.
 */
export function plan(journal: Journal, options: PlanOptions): Step {
  const session = sessionOf(journal)
  const context = { journal, session, options, last: session.entries.at(-1) }
  const urgent = checkOfNewest(context)
  if (urgent) return urgent
  const open = openQuestions(context)
  for (const { question, next } of questions) {
    const step = session.isAlive && open.includes(question) ? next(context) : undefined
    if (step) return step
  }
  return signInAgain(context, open)
}

export function openQuestionsOf(journal: Journal, options: PlanOptions): readonly Question[] {
  const session = sessionOf(journal)
  return openQuestions({ journal, session, options, last: session.entries.at(-1) })
}

interface Context {
  readonly journal: Journal
  readonly session: Session
  readonly options: PlanOptions
  readonly last: Entry | undefined
}

function signInAgain({ journal, session }: Context, open: readonly Question[]): Step {
  const signIns = journal.filter(({ step }) => step === 'sign-in')
  const last = signIns.at(-1)
  const gaveNothing =
    last?.step === 'sign-in' && (!isGranted(last.answer) || last.answer.refreshToken === undefined)
  // The same would come of it again.
  const wasInVain = session.entries.length === 2 && !session.isAlive
  const isOver = open.length === 0 || gaveNothing || wasInVain || signIns.length >= mostSignIns
  return { do: isOver ? 'nothing' : 'sign-in', open }
}

/** What has to be seen at once: whether the newest token works after what was just done. */
function checkOfNewest({ journal, session, last }: Context): Step | undefined {
  const { current, isAlive, accessToken } = session
  const hasEnded = last?.step === 'refresh' && last.probe.startsWith('after-') && !isAlive
  if (hasEnded && canSeeUserInfo(journal) && accessToken !== undefined) {
    return { do: 'user-info', probe: 'after-end', present: accessToken }
  }
  if (current === undefined || !isAlive) return undefined
  const check = (probe: Probe): Step => ({ do: 'refresh', probe, present: current })
  if (last?.step === 'pair') return check('after-pair')
  if (last?.step === 'revoke') return check('after-revocation')
  if (last?.step !== 'refresh') return undefined
  const { probe, answer } = last
  if (probe === 'narrowed') return check('after-narrowed')
  if (probe === 'after-pair' && !isGranted(answer)) return check('after-pair-other')
  if (probe === 'again') {
    const isOther = isGranted(answer) && answer.refreshToken !== undefined
    const isSame = isOther && firstChild(journal) === answer.refreshToken
    if (!isGranted(answer)) return check('after-again')
    return isOther && !isSame ? check('second-child') : undefined
  }
  if (probe === 'second-child') {
    const first = firstChild(journal)
    return { do: 'refresh', probe: 'first-child', present: first ?? current }
  }
  if (isGranted(answer)) return undefined
  if (probe === 'first-child') return check('after-first-child')
  if (probe === 'window') return check('after-window')
  if (probe === 'ancestor') return check('after-ancestor')
  return undefined
}

/** What the spent token brought when it was good, whose replay was the last `again`. */
function firstChild(journal: Journal): TokenName | undefined {
  const again = refreshes(journal, 'again').at(-1)
  const first = journal.find(
    (entry) => entry.step === 'refresh' && entry.presented === again?.presented,
  )
  return first?.step === 'refresh' && isGranted(first.answer)
    ? first.answer.refreshToken
    : undefined
}

const questions: readonly {
  readonly question: Question
  readonly isOpen: (context: Context) => boolean
  /** For a session that is alive. */
  readonly next: (context: Context) => Step | undefined
}[] = [
  {
    question: 'rotation',
    isOpen: ({ journal }) => refreshes(journal, 'ordinary').length === 0,
    next: (context) => present(context, 'ordinary'),
  },
  {
    question: 'narrowed scope',
    isOpen: ({ journal }) =>
      refreshes(journal, 'narrowed').length === 0 && narrowerScope(scopeOf(journal)) !== undefined,
    next(context) {
      const scope = narrowerScope(context.session.grantedScope)
      const step = present(context, 'narrowed')
      return scope !== undefined && step ? { ...step, scope } : undefined
    },
  },
  {
    question: 'access tokens after a refresh',
    isOpen: ({ journal }) =>
      canSeeUserInfo(journal) && !journal.some((entry) => isUserInfo(entry, 'old')),
    next({ journal, session }) {
      const { accessToken, firstAccessToken } = session
      if (accessToken === undefined || firstAccessToken === undefined) return undefined
      if (accessToken === firstAccessToken) return undefined
      if (!journal.some((entry) => isUserInfo(entry, 'new'))) {
        return { do: 'user-info', probe: 'new', present: accessToken }
      }
      return { do: 'user-info', probe: 'old', present: firstAccessToken }
    },
  },
  {
    question: 'two refreshes at one moment',
    isOpen: ({ journal }) => !journal.some(({ step }) => step === 'pair'),
    next: ({ session: { current } }) =>
      current === undefined ? undefined : { do: 'pair', present: current },
  },
  {
    question: 'a spent refresh token, presented again',
    isOpen: ({ journal }) =>
      canReplay(journal) &&
      refreshes(journal, 'again').length === 0 &&
      !journal.some((entry, at) => isStrictPair(entry, journal[at + 1])),
    next: (context) => replay(context, 'again', 0),
  },
  {
    question: 'how long a spent refresh token is accepted',
    isOpen: ({ journal, options }) =>
      canReplay(journal) &&
      refreshes(journal, 'again').some(({ answer }) => isGranted(answer)) &&
      nextAge(journal, options) !== undefined,
    next: (context) => replay(context, 'window', nextAge(context.journal, context.options) ?? 0),
  },
  {
    question: 'refresh tokens from long ago',
    isOpen: ({ journal, options }) =>
      canReplay(journal) &&
      refreshes(journal, 'ancestor').length === 0 &&
      refreshes(journal, 'window').length === options.agesMs.length &&
      refreshes(journal, 'window').every(({ answer }) => isGranted(answer)),
    next(context) {
      const { firstRefreshToken, current, parent } = context.session
      if (firstRefreshToken === undefined) return undefined
      if (firstRefreshToken === current || firstRefreshToken === parent) {
        return present(context, 'spend')
      }
      // Younger, it could be accepted for its age.
      const atAgeMs = context.options.agesMs.at(-1) ?? 0
      return { do: 'refresh', probe: 'ancestor', present: firstRefreshToken, atAgeMs }
    },
  },
  {
    question: 'revocation',
    isOpen: ({ journal, options }) =>
      options.canRevoke && !journal.some(({ step }) => step === 'revoke'),
    next: ({ session: { current } }) =>
      current === undefined ? undefined : { do: 'revoke', present: current },
  },
]

function openQuestions(context: Context): readonly Question[] {
  return questions.filter(({ isOpen }) => isOpen(context)).map(({ question }) => question)
}

function present(
  { session: { current } }: Context,
  probe: Probe,
): Extract<Step, { do: 'refresh' }> | undefined {
  return current === undefined ? undefined : { do: 'refresh', probe, present: current }
}

/** Presents what was spent last, and spends one first where its successor has been used. */
function replay(context: Context, probe: 'again' | 'window', atAgeMs: number): Step | undefined {
  const { parent } = context.session
  if (parent === undefined || context.last?.step !== 'refresh') return present(context, 'spend')
  return { do: 'refresh', probe, present: parent, atAgeMs }
}

function nextAge(journal: Journal, { agesMs }: PlanOptions): number | undefined {
  const tried = refreshes(journal, 'window')
  return tried.every(({ answer }) => isGranted(answer)) ? agesMs[tried.length] : undefined
}

const mostSpentInVain = 3

/** There are spent refresh tokens: a server that rotates now and then is asked a few times. */
function canReplay(journal: Journal): boolean {
  const inVain = refreshes(journal, 'spend').filter(
    ({ answer, presented }) =>
      isGranted(answer) && (answer.refreshToken ?? presented) === presented,
  )
  return rotates(journal) && inVain.length < mostSpentInVain
}

/** Whether a refresh token has ever brought another one. */
export function rotates(journal: Journal): boolean {
  return journal.some(
    (entry) =>
      entry.step === 'refresh' &&
      isGranted(entry.answer) &&
      entry.answer.refreshToken !== undefined &&
      entry.answer.refreshToken !== entry.presented,
  )
}

/** One of the two was refused, and then the newest token too: that is a replay, noticed and punished. */
export function isStrictPair(entry: Entry, next: Entry | undefined): boolean {
  return (
    entry.step === 'pair' &&
    entry.answers.filter(isGranted).length === 1 &&
    entry.answers.some(({ kind }) => kind === 'refused') &&
    next?.step === 'refresh' &&
    next.answer.kind === 'refused'
  )
}

/** What was granted to the test user, or asked for. */
function scopeOf(journal: Journal): string {
  const signIn = journal.findLast((entry) => entry.step === 'sign-in' && isGranted(entry.answer))
  if (signIn?.step !== 'sign-in' || !isGranted(signIn.answer)) return ''
  return signIn.answer.scope ?? signIn.scope
}

function canSeeUserInfo(journal: Journal): boolean {
  return endpoint(journal, 'userinfo')?.answer.kind === 'readable'
}

function isUserInfo(entry: Entry, probe: 'new' | 'old'): boolean {
  return entry.step === 'user-info' && entry.probe === probe
}
