import type { LaneEvent } from './lane-event.ts'

/** A number of an event's details, if it is there and is one. */
export function numberIn({ details }: LaneEvent, name: string): number | undefined {
  const value = details[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** A text of an event's details, if it is there and is one. */
export function textIn({ details }: LaneEvent, name: string): string | undefined {
  const value = details[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/**
 * How long from the event until an instant that its details name. Both are read off the tab's own
 * clock, which may be hours away from the machine's.
 */
export function msUntil(event: LaneEvent, name: 'retryAt' | 'until'): number | undefined {
  const ownAt = numberIn(event, 'at')
  const until = numberIn(event, name)
  return ownAt === undefined || until === undefined ? undefined : Math.max(0, until - ownAt)
}

/** The status of a request's response, or `undefined` if there was none. */
export function statusOf(event: LaneEvent): number | undefined {
  const status = numberIn(event, 'status') ?? Number(textIn(event, 'outcome'))
  return Number.isInteger(status) && status >= 100 ? status : undefined
}
