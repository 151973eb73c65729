import type { LaneEvent } from './lane-event.ts'

export interface ExportedLog {
  readonly exportedAt: number
  readonly events: readonly LaneEvent[]
}

/** What goes into the file. Only plain facts of an event do, whatever the sender has put into it. */
export function exportedLog(events: readonly LaneEvent[], exportedAt: number): ExportedLog {
  return {
    exportedAt,
    events: events.map(({ lane, at, type, details }) => ({
      lane,
      at,
      type,
      details: Object.fromEntries(Object.entries(details).filter(([, value]) => isPlain(value))),
    })),
  }
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
