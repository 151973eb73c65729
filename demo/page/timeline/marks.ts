import type { LaneEvent } from './lane-event.ts'

/** Form and colour both tell what it is, for those who do not see all colours alike. */
export type Shape =
  'tick' | 'square' | 'dot' | 'ring' | 'diamond' | 'triangle' | 'cross' | 'flag' | 'line'

export type Tint = 'quiet' | 'accent' | 'good' | 'warn' | 'bad'

export interface Mark {
  readonly shape: Shape
  readonly tint: Tint
}

const marks: Readonly<Record<string, Mark>> = {
  'lock-requested': { shape: 'tick', tint: 'quiet' },
  'lock-granted': { shape: 'tick', tint: 'accent' },
  claimed: { shape: 'square', tint: 'accent' },
  sent: { shape: 'square', tint: 'accent' },
  committed: { shape: 'diamond', tint: 'good' },
  announced: { shape: 'triangle', tint: 'good' },
  adopted: { shape: 'ring', tint: 'good' },
  dropped: { shape: 'cross', tint: 'warn' },
  retried: { shape: 'ring', tint: 'warn' },
  'held-off': { shape: 'square', tint: 'warn' },
  halted: { shape: 'square', tint: 'bad' },
  'session-started': { shape: 'flag', tint: 'good' },
  'session-ended': { shape: 'cross', tint: 'bad' },
  trouble: { shape: 'line', tint: 'bad' },
}

/** What the legend explains, in its order. */
export const legend: readonly (readonly [text: string, mark: Mark | 'request' | 'hold-off'])[] = [
  ['lock', { shape: 'tick', tint: 'accent' }],
  ['token request', 'request'],
  ['stored', { shape: 'diamond', tint: 'good' }],
  ['announced', { shape: 'triangle', tint: 'good' }],
  ['adopted', { shape: 'ring', tint: 'good' }],
  ['API call', { shape: 'dot', tint: 'good' }],
  ['sent twice', { shape: 'ring', tint: 'warn' }],
  ['hold-off', 'hold-off'],
  ['session over', { shape: 'cross', tint: 'bad' }],
]

export function markOf({ type, details }: LaneEvent): Mark {
  if (type === 'request') return { shape: 'dot', tint: tintOf(String(details['outcome'])) }
  return marks[type] ?? { shape: 'square', tint: 'quiet' }
}

function tintOf(outcome: string): Tint {
  if (/^[23]/.test(outcome)) return 'good'
  return outcome.startsWith('4') ? 'warn' : 'bad'
}

/** Something that lasts. */
export interface Span {
  readonly lane: string
  readonly kind: 'request' | 'hold-off'
  readonly fromAt: number
  readonly untilAt: number
}

const endsRequest = new Set([
  'committed',
  'dropped',
  'held-off',
  'halted',
  'session-ended',
  'loaded',
])

/**
 * Token requests, from `sent` to what came of them, and hold-offs.
 *
 * @param events In the order of their instants.
 * @param now A request without an end is still on its way.
 */
export function spansOf(events: readonly LaneEvent[], now: number): readonly Span[] {
  const spans: Span[] = []
  const sentAt = new Map<string, number>()
  for (const { lane, type, at, details } of events) {
    const fromAt = sentAt.get(lane)
    if (fromAt !== undefined && (endsRequest.has(type) || type === 'closed' || type === 'sent')) {
      spans.push({ lane, kind: 'request', fromAt, untilAt: at })
      sentAt.delete(lane)
    }
    if (type === 'sent') sentAt.set(lane, at)
    if (type === 'held-off')
      spans.push({ lane, kind: 'hold-off', fromAt: at, untilAt: at + holdOffMs(details) })
  }
  for (const [lane, fromAt] of sentAt) spans.push({ lane, kind: 'request', fromAt, untilAt: now })
  return spans
}

/** Both instants are by the tab's clock, which may be hours from the machine's. */
function holdOffMs({ retryAt, at }: LaneEvent['details']): number {
  return typeof retryAt === 'number' && typeof at === 'number' ? Math.max(0, retryAt - at) : 0
}
