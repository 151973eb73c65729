import type { TokenManagerEvent } from '../../../../src/core/events.ts'
import { numberIn, statusOf } from '../details.ts'
import type { LaneEvent } from '../lane-event.ts'

export type Shape =
  | 'low-tick'
  | 'tick'
  | 'square'
  | 'play'
  | 'diamond'
  | 'triangle'
  | 'ring'
  | 'pause'
  | 'stop'
  | 'minus'
  | 'cross'
  | 'plus'
  | 'letter'
  | 'twice'
  | 'dot'
  | 'half-dot'
  | 'barred-dot'
  | 'ringed-dot'
  | 'opening'
  | 'closing'

/** The names of the page's colours. */
export type Tone = 'ink' | 'quiet' | 'accent' | 'good' | 'warn' | 'bad'

/** How an event is drawn. Two kinds that mean different things differ in shape, not only in tone. */
export interface Appearance {
  readonly shape: Shape
  readonly tone: Tone
  /** A lane has two rows: what happens to the session above, requests to the API below. */
  readonly row: 0 | 1
  /** Where several would be on top of each other, the highest is drawn. */
  readonly rank: number
}

const appearances: Readonly<
  Record<TokenManagerEvent['type'] | 'loaded' | 'closed' | 'sign-in-failed', Appearance>
> = {
  'lock-requested': { shape: 'low-tick', tone: 'quiet', row: 0, rank: 1 },
  'lock-granted': { shape: 'tick', tone: 'quiet', row: 0, rank: 2 },
  claimed: { shape: 'tick', tone: 'accent', row: 0, rank: 3 },
  sent: { shape: 'play', tone: 'accent', row: 0, rank: 7 },
  collected: { shape: 'letter', tone: 'good', row: 0, rank: 11 },
  committed: { shape: 'diamond', tone: 'good', row: 0, rank: 10 },
  dropped: { shape: 'minus', tone: 'bad', row: 0, rank: 9 },
  announced: { shape: 'triangle', tone: 'accent', row: 0, rank: 5 },
  adopted: { shape: 'ring', tone: 'good', row: 0, rank: 6 },
  'held-off': { shape: 'pause', tone: 'warn', row: 0, rank: 8 },
  halted: { shape: 'stop', tone: 'bad', row: 0, rank: 8 },
  'token-refused': { shape: 'stop', tone: 'bad', row: 0, rank: 8 },
  'revocation-failed': { shape: 'square', tone: 'warn', row: 0, rank: 4 },
  'scope-narrowed': { shape: 'square', tone: 'warn', row: 0, rank: 5 },
  'session-started': { shape: 'plus', tone: 'good', row: 0, rank: 11 },
  'session-ended': { shape: 'cross', tone: 'bad', row: 0, rank: 12 },
  retried: { shape: 'twice', tone: 'warn', row: 1, rank: 7 },
  'token-displaced': { shape: 'square', tone: 'warn', row: 1, rank: 5 },
  'fresh-token-rejected': { shape: 'square', tone: 'bad', row: 1, rank: 5 },
  challenged: { shape: 'square', tone: 'warn', row: 1, rank: 5 },
  'unlisted-401': { shape: 'square', tone: 'warn', row: 1, rank: 5 },
  'storage-unavailable': { shape: 'square', tone: 'bad', row: 0, rank: 4 },
  'storage-available': { shape: 'square', tone: 'quiet', row: 0, rank: 4 },
  'storage-corrupt': { shape: 'square', tone: 'bad', row: 0, rank: 4 },
  'record-newer': { shape: 'square', tone: 'warn', row: 0, rank: 4 },
  'persistence-failed': { shape: 'square', tone: 'bad', row: 0, rank: 4 },
  'courier-unavailable': { shape: 'square', tone: 'warn', row: 0, rank: 4 },
  degraded: { shape: 'square', tone: 'warn', row: 0, rank: 4 },
  'sign-in-failed': { shape: 'square', tone: 'bad', row: 0, rank: 11 },
  loaded: { shape: 'opening', tone: 'quiet', row: 0, rank: 3 },
  closed: { shape: 'closing', tone: 'bad', row: 0, rank: 9 },
}

const requests = {
  good: { shape: 'dot', tone: 'good', row: 1, rank: 1 },
  twice: { shape: 'ringed-dot', tone: 'good', row: 1, rank: 2 },
  refused: { shape: 'half-dot', tone: 'warn', row: 1, rank: 3 },
  failed: { shape: 'barred-dot', tone: 'bad', row: 1, rank: 4 },
} as const satisfies Record<string, Appearance>

const unknown: Appearance = { shape: 'square', tone: 'quiet', row: 0, rank: 0 }

/** The same object for events that look the same. */
export function appearanceOf(event: LaneEvent): Appearance {
  const { type } = event
  if (type === 'request') return requestAppearance(event)
  return Object.hasOwn(appearances, type) ? appearances[type as keyof typeof appearances] : unknown
}

function requestAppearance(event: LaneEvent): Appearance {
  const status = statusOf(event)
  if (status === undefined) return requests.failed
  if (status === 401 || status === 403) return requests.refused
  if (status >= 400) return requests.failed
  return numberIn(event, 'sends') === 2 ? requests.twice : requests.good
}
