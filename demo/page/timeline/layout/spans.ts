import { msUntil } from '../details.ts'
import type { LaneEvent } from '../lane-event.ts'

export type SpanEnd = 'good' | 'warn' | 'bad' | 'open'

/** Something that lasts, from the event it begins with. */
export interface Span {
  readonly kind: 'token-request' | 'hold-off'
  readonly event: LaneEvent
  readonly fromAt: number
  readonly untilAt: number
  /** How it went; `open` while nobody knows. */
  readonly end: SpanEnd
}

/** No token request takes longer; after that its tab was killed without a word. */
const longestRequestMs = 30_000

const requestEnds: ReadonlyMap<string, SpanEnd> = new Map([
  ['committed', 'good'],
  ['persistence-failed', 'warn'],
  ['held-off', 'warn'],
  ['halted', 'bad'],
  ['dropped', 'bad'],
  ['session-ended', 'bad'],
  ['session-started', 'bad'],
  ['claimed', 'bad'],
  ['sent', 'bad'],
  ['loaded', 'bad'],
  ['closed', 'bad'],
])
const holdOffEnds: ReadonlySet<string> = new Set([
  'claimed',
  'sent',
  'adopted',
  'held-off',
  'halted',
  'session-started',
  'session-ended',
  'loaded',
  'closed',
])
const holdOffUntil: ReadonlyMap<string, 'retryAt' | 'until'> = new Map([
  ['held-off', 'retryAt'],
  ['halted', 'until'],
])

/** Whether a span can begin or end with an event of this type. */
export function bordersSpan(type: string): boolean {
  return requestEnds.has(type) || holdOffEnds.has(type)
}

/**
 * The token requests and the waits among events in order. What is still going on lasts until
 * `nowAt`; a wait lasts as long as it was said to, or until the lane is past it.
 */
export function spansAmong(events: Iterable<LaneEvent>, nowAt: number): Span[] {
  const spans: Span[] = []
  const requests = new Map<string, LaneEvent>()
  const holdOffs = new Map<string, { readonly event: LaneEvent; readonly untilAt: number }>()

  function endRequest(event: LaneEvent, at: number, end: SpanEnd): void {
    const untilAt = Math.min(at, event.at + longestRequestMs)
    const isLost = untilAt < at
    spans.push({
      kind: 'token-request',
      event,
      fromAt: event.at,
      untilAt,
      end: isLost ? 'bad' : end,
    })
  }

  function endHoldOff(event: LaneEvent, untilAt: number): void {
    spans.push({ kind: 'hold-off', event, fromAt: event.at, untilAt, end: 'warn' })
  }

  for (const event of events) {
    const { lane, type, at } = event
    const request = requests.get(lane)
    const requestEnd = requestEnds.get(type)
    if (request && requestEnd) {
      requests.delete(lane)
      endRequest(request, at, requestEnd)
    }
    const holdOff = holdOffs.get(lane)
    if (holdOff && holdOffEnds.has(type)) {
      holdOffs.delete(lane)
      endHoldOff(holdOff.event, Math.min(holdOff.untilAt, at))
    }
    if (type === 'sent') requests.set(lane, event)
    const named = holdOffUntil.get(type)
    const lastsMs = named && msUntil(event, named)
    if (lastsMs !== undefined) holdOffs.set(lane, { event, untilAt: at + lastsMs })
  }
  for (const event of requests.values()) endRequest(event, nowAt, 'open')
  for (const { event, untilAt } of holdOffs.values()) endHoldOff(event, untilAt)
  return spans
}
