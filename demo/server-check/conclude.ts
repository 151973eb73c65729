import { endpoint, isGranted, refreshes } from './journal.ts'
import type { Answer, EndpointName, Entry, Journal, PageAnswer, Probe } from './journal.ts'
import { earlierChildWins } from './session.ts'
import { isStrictPair, rotates } from './plan.ts'

/** What the journal shows of the server. `unknown` is never a guess: it was not seen. */
export interface Conclusions {
  readonly discovery:
    'good' | 'hidden' | 'silent' | 'none' | 'odd' | 'pasted' | { readonly otherIssuer: string }
  /** Missing: the metadata does not name it, or it was not asked. */
  readonly endpoints: Readonly<Partial<Record<EndpointName, PageAnswer['kind']>>>
  readonly client: 'public' | 'wants-secret' | 'unknown'
  readonly signIn:
    'refresh-token' | 'no-refresh-token' | 'unreadable' | 'none' | { readonly refused: string }
  readonly rotation: 'always' | 'sometimes' | 'same' | 'none' | 'unknown'
  readonly pair: 'both' | 'one' | 'neither' | 'unknown'
  readonly pairSession: 'goes-on' | 'ended' | 'unknown'
  readonly lostReply: LostReply
  readonly child: 'same' | 'both' | 'later' | 'earlier' | 'none-new' | 'unknown'
  /** Whether the session ends when the successor that lost is presented. */
  readonly lostChildEnds: boolean | undefined
  readonly reuse: 'ends-session' | 'refused-only' | 'not-noticed' | 'unknown'
  readonly accessTokens: 'end-too' | 'live-on' | 'unknown'
  readonly oldAccessToken: 'lives' | 'ends' | 'unknown'
  readonly narrowed: 'narrower' | 'ignored' | 'refused' | 'unknown'
  /** Whether the scope is whole again with the next refresh. */
  readonly widened: boolean | undefined
  readonly deadWords: readonly DeadWord[]
  readonly errorsReadable: boolean | undefined
  readonly retryAfter: 'readable' | 'not-seen-when-busy' | 'unknown'
  readonly nonce: 'readable' | 'hidden' | 'not-asked' | 'no-dpop' | 'unknown'
  readonly dpop: 'allowed' | 'hidden' | 'unknown'
  readonly revocation: 'works' | 'no-effect' | 'works-hidden' | 'refused' | 'unknown'
  readonly expiresIn: number | undefined
  /** Whether a session of the test user is probably still there. */
  readonly leftOver: boolean
}

export type LostReply =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'no-rotation' }
  | { readonly kind: 'refused'; readonly how: 'again' | 'pair' }
  /**
   * Accepted up to one age that was tried; refused at another, or answered there with something that is
   * neither yes nor no, unless nothing later was tried.
   */
  | {
      readonly kind: 'forgiven'
      readonly untilMs: number
      readonly endsByMs?: number
      readonly unclearAtMs?: number
    }

export interface DeadWord {
  readonly of: 'made-up' | 'spent' | 'ended' | 'revoked'
  readonly status: number
  readonly error?: string
}

export function conclude(journal: Journal): Conclusions {
  const token = endpoint(journal, 'token')
  const reuse = reuseOf(journal)
  const pair = journal.find((entry) => entry.step === 'pair')
  return {
    discovery: discoveryOf(journal),
    endpoints: endpointsOf(journal),
    client: clientOf(journal),
    signIn: signInOf(journal),
    rotation: rotationOf(journal),
    pair: pair ? pairOf(pair.answers) : 'unknown',
    pairSession: pairSessionOf(journal),
    lostReply: lostReplyOf(journal),
    child: childOf(journal),
    lostChildEnds: lostChildEndsOf(journal),
    reuse,
    accessTokens: reuse === 'ends-session' ? accessTokensAfterEnd(journal) : 'unknown',
    oldAccessToken: oldAccessTokenOf(journal),
    ...narrowedOf(journal),
    deadWords: deadWordsOf(journal),
    errorsReadable:
      token === undefined || token.answer.kind === 'silent'
        ? undefined
        : token.answer.kind === 'readable',
    retryAfter: retryAfterOf(journal),
    ...dpopOf(journal),
    revocation: revocationOf(journal),
    expiresIn: answersOf(journal).findLast(isGranted)?.expiresIn,
    leftOver: isLeftOver(journal),
  }
}

/** All answers to token requests. */
export function answersOf(journal: Journal): readonly Answer[] {
  return journal.flatMap((entry): readonly Answer[] => {
    if (entry.step === 'pair') return entry.answers
    if (entry.step === 'refresh' || entry.step === 'sign-in') return [entry.answer]
    if (entry.step === 'endpoint') return entry.reply ? [entry.reply] : []
    return []
  })
}

function discoveryOf(journal: Journal): Conclusions['discovery'] {
  const asked = journal.filter((entry) => entry.step === 'endpoint' && entry.name === 'discovery')
  if (asked.length === 0) return 'pasted'
  const found = endpoint(journal, 'discovery')
  if (!found) return 'none'
  if (found.answer.kind !== 'readable') return found.answer.kind
  return found.metadata ?? 'odd'
}

function endpointsOf(journal: Journal): Conclusions['endpoints'] {
  const seen = journal.filter((entry) => entry.step === 'endpoint')
  return Object.fromEntries(seen.map(({ name, answer }) => [name, answer.kind]))
}

const wordsOfSecrets = ['invalid_client', 'unauthorized_client']

function clientOf(journal: Journal): Conclusions['client'] {
  const answers = answersOf(journal)
  if (answers.some(isGranted)) return 'public'
  const refused = answers.find((answer) => answer.kind === 'refused')
  return refused?.error !== undefined && wordsOfSecrets.includes(refused.error)
    ? 'wants-secret'
    : 'unknown'
}

function signInOf(journal: Journal): Conclusions['signIn'] {
  const signIns = journal.filter((entry) => entry.step === 'sign-in')
  const granted = signIns.map(({ answer }) => answer).find(isGranted)
  if (granted) return granted.refreshToken === undefined ? 'no-refresh-token' : 'refresh-token'
  const answer = signIns.at(-1)?.answer
  if (!answer) return 'none'
  if (answer.kind === 'unreadable') return 'unreadable'
  if (answer.kind === 'refused') return { refused: answer.error ?? `status ${answer.status}` }
  return { refused: 'status' in answer ? `status ${answer.status}` : 'no word' }
}

/** From refresh tokens that were presented once, by a client that does nothing odd. */
function rotationOf(journal: Journal): Conclusions['rotation'] {
  const kinds = refreshes(journal, 'ordinary', 'narrowed', 'after-narrowed', 'spend').flatMap(
    ({ answer, presented }) => {
      if (!isGranted(answer)) return []
      if (answer.refreshToken === undefined) return ['none' as const]
      return [answer.refreshToken === presented ? ('same' as const) : ('always' as const)]
    },
  )
  const [first] = kinds
  if (first === undefined) return 'unknown'
  return kinds.every((kind) => kind === first) ? first : rotates(journal) ? 'sometimes' : 'same'
}

function pairOf(answers: readonly [Answer, Answer]): Conclusions['pair'] {
  if (answers.every(isGranted)) return 'both'
  if (answers.some((answer) => answer.kind === 'unreadable' || answer.kind === 'odd')) {
    return 'unknown'
  }
  return answers.some(isGranted) ? 'one' : 'neither'
}

function pairSessionOf(journal: Journal): Conclusions['pairSession'] {
  const after = refreshes(journal, 'after-pair', 'after-pair-other')
  if (after.some(({ answer }) => isGranted(answer))) return 'goes-on'
  return after.length > 0 && after.every(({ answer }) => answer.kind === 'refused')
    ? 'ended'
    : 'unknown'
}

function lostReplyOf(journal: Journal): LostReply {
  const rotation = rotationOf(journal)
  if (rotation === 'same' || rotation === 'none') return { kind: 'no-rotation' }
  if (journal.some((entry, at) => isStrictPair(entry, journal[at + 1]))) {
    return { kind: 'refused', how: 'pair' }
  }
  const again = refreshes(journal, 'again').at(-1)
  if (again?.answer.kind === 'refused') return { kind: 'refused', how: 'again' }
  if (again === undefined || !isGranted(again.answer)) return { kind: 'unknown' }
  const window = refreshes(journal, 'window')
  const accepted = [again, ...window].filter(({ answer }) => isGranted(answer))
  const untilMs = Math.max(...accepted.map(({ ageMs = 0 }) => ageMs))
  const endsByMs = window.find(({ answer }) => answer.kind === 'refused')?.ageMs
  const unclearAtMs = window.find(
    ({ answer }) => answer.kind !== 'refused' && !isGranted(answer),
  )?.ageMs
  return {
    kind: 'forgiven',
    untilMs,
    ...(endsByMs !== undefined && { endsByMs }),
    ...(unclearAtMs !== undefined && { unclearAtMs }),
  }
}

function childOf(journal: Journal): Conclusions['child'] {
  const again = refreshes(journal, 'again').at(-1)
  if (!again || !isGranted(again.answer)) return 'unknown'
  const { refreshToken } = again.answer
  if (refreshToken === undefined) return 'none-new'
  const second = refreshes(journal, 'second-child').at(-1)
  if (!second) return 'same'
  if (earlierChildWins(journal)) return 'earlier'
  const first = refreshes(journal, 'first-child').at(-1)
  if (!first || !isGranted(second.answer)) return 'unknown'
  if (isGranted(first.answer)) return 'both'
  return first.answer.kind === 'refused' ? 'later' : 'unknown'
}

function lostChildEndsOf(journal: Journal): boolean | undefined {
  const kind = refreshes(journal, 'after-first-child').at(-1)?.answer.kind
  return kind === 'refused' ? true : kind === 'tokens' ? false : undefined
}

const checks: readonly (readonly [Probe, Probe])[] = [
  ['again', 'after-again'],
  ['window', 'after-window'],
  ['ancestor', 'after-ancestor'],
]

/** What a spent refresh token does, wherever one was presented and refused. */
function reuseOf(journal: Journal): Conclusions['reuse'] {
  const afterwards = checks.flatMap(([replayed, checked]) =>
    refreshes(journal, replayed).some(({ answer }) => answer.kind === 'refused')
      ? refreshes(journal, checked).map(({ answer }) => answer.kind)
      : [],
  )
  const strictPair = journal.some((entry, at) => isStrictPair(entry, journal[at + 1]))
  if (strictPair || afterwards.includes('refused')) return 'ends-session'
  if (afterwards.includes('tokens')) return 'refused-only'
  const ancestor = refreshes(journal, 'ancestor').at(-1)
  return ancestor && isGranted(ancestor.answer) ? 'not-noticed' : 'unknown'
}

function accessTokensAfterEnd(journal: Journal): Conclusions['accessTokens'] {
  const worked = userInfo(journal, 'new') === 200
  const end = journal.find(
    (entry, at) =>
      entry.step === 'user-info' &&
      entry.probe === 'after-end' &&
      !isAfter(journal[at - 1], 'after-revocation'),
  )
  if (!worked || end?.step !== 'user-info' || end.status === undefined) return 'unknown'
  return end.status === 200 ? 'live-on' : end.status === 401 ? 'end-too' : 'unknown'
}

function isAfter(entry: Entry | undefined, probe: Probe): boolean {
  return entry?.step === 'refresh' && entry.probe === probe
}

function oldAccessTokenOf(journal: Journal): Conclusions['oldAccessToken'] {
  if (userInfo(journal, 'new') !== 200) return 'unknown'
  const status = userInfo(journal, 'old')
  return status === 200 ? 'lives' : status === 401 ? 'ends' : 'unknown'
}

function userInfo(journal: Journal, probe: string): number | undefined {
  const seen = journal.find((entry) => entry.step === 'user-info' && entry.probe === probe)
  return seen?.step === 'user-info' ? seen.status : undefined
}

function narrowedOf(journal: Journal): Pick<Conclusions, 'narrowed' | 'widened'> {
  const narrowed = refreshes(journal, 'narrowed').at(-1)
  if (narrowed?.answer.kind === 'refused') return { narrowed: 'refused', widened: undefined }
  if (!narrowed || !isGranted(narrowed.answer)) return { narrowed: 'unknown', widened: undefined }
  const { answer, scope: asked = '' } = narrowed
  // RFC 6749 §5.1: without the member it is what was asked for.
  const isNarrower = sameWords(answer.scope ?? asked, asked)
  const next = refreshes(journal, 'after-narrowed').at(-1)
  const widened =
    next && isGranted(next.answer) && next.answer.scope !== undefined
      ? !sameWords(next.answer.scope, asked)
      : undefined
  return { narrowed: isNarrower ? 'narrower' : 'ignored', widened }
}

function sameWords(one: string, other: string): boolean {
  const words = (scope: string): string => scope.split(' ').filter(Boolean).toSorted().join(' ')
  return words(one) === words(other)
}

function deadWordsOf(journal: Journal): readonly DeadWord[] {
  const words: DeadWord[] = []
  const add = (of: DeadWord['of'], answer: Answer | undefined): void => {
    if (answer?.kind !== 'refused' && answer?.kind !== 'busy') return
    const { status } = answer
    const error = answer.kind === 'refused' ? answer.error : undefined
    const isThere = words.some(
      (word) => word.of === of && word.status === status && word.error === error,
    )
    if (!isThere) words.push({ of, status, ...(error !== undefined && { error }) })
  }
  add('made-up', endpoint(journal, 'token')?.reply)
  for (const { probe, answer } of refreshes(
    journal,
    'again',
    'window',
    'ancestor',
    'first-child',
  )) {
    if (probe !== 'again' || answer.kind === 'refused') add('spent', answer)
  }
  for (const [at, entry] of journal.entries()) {
    if (!isStrictPair(entry, journal[at + 1]) || entry.step !== 'pair') continue
    add(
      'spent',
      entry.answers.find((answer) => answer.kind === 'refused'),
    )
    const next = journal[at + 1]
    if (next?.step === 'refresh') add('ended', next.answer)
  }
  for (const { answer } of refreshes(
    journal,
    'after-first-child',
    ...checks.map(([, after]) => after),
  )) {
    add('ended', answer)
  }
  for (const { answer } of refreshes(journal, 'after-revocation')) add('revoked', answer)
  return words
}

function retryAfterOf(journal: Journal): Conclusions['retryAfter'] {
  const headers = endpoint(journal, 'token')?.answer
  const isAllExposed =
    headers?.kind === 'readable' && headers.headers.includes('access-control-expose-headers')
  const busy = answersOf(journal).filter((answer) => answer.kind === 'busy')
  const isReadable =
    busy.some(({ retryAfter }) => retryAfter !== undefined) ||
    (headers?.kind === 'readable' && headers.headers.includes('retry-after'))
  if (isAllExposed || isReadable) return 'readable'
  return busy.some(({ status }) => status === 429 || status === 503)
    ? 'not-seen-when-busy'
    : 'unknown'
}

function dpopOf(journal: Journal): Pick<Conclusions, 'nonce' | 'dpop'> {
  const seen = journal.find((entry) => entry.step === 'dpop')
  if (!seen) {
    return { nonce: endpoint(journal, 'token') ? 'no-dpop' : 'unknown', dpop: 'unknown' }
  }
  if (seen.answer.kind !== 'readable') return { nonce: 'unknown', dpop: 'hidden' }
  const nonce = seen.nonceReadable ? 'readable' : seen.asksForNonce ? 'hidden' : 'not-asked'
  return { nonce, dpop: 'allowed' }
}

function revocationOf(journal: Journal): Conclusions['revocation'] {
  const revoke = journal.find((entry) => entry.step === 'revoke')
  const after = refreshes(journal, 'after-revocation').at(-1)
  if (!revoke || !after) return 'unknown'
  const isDead = after.answer.kind === 'refused'
  if (!isDead && !isGranted(after.answer)) return 'unknown'
  if (revoke.answer.kind === 'refused') return 'refused'
  if (!isDead) return 'no-effect'
  return revoke.answer.kind === 'unreadable' ? 'works-hidden' : 'works'
}

function isLeftOver(journal: Journal): boolean {
  const answers = journal.filter(
    (entry) => entry.step === 'refresh' || entry.step === 'pair' || entry.step === 'sign-in',
  )
  const last = answers.at(-1)
  if (last?.step === 'pair') return last.answers.some(isGranted)
  return last !== undefined && isGranted(last.answer)
}
