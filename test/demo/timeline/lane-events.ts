import type { LaneEvent } from '../../../demo/page/timeline/lane-event.ts'

/** An event of a lane, whose own clock is `ownClockMs` ahead. */
export function laneEvent(
  type: string,
  at: number,
  details: LaneEvent['details'] = {},
  lane = 'Tab 1',
  ownClockMs = 0,
): LaneEvent {
  return { lane, at, type, details: { at: at + ownClockMs, ...details } }
}
