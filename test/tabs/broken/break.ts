import type { PromiseName } from '../promises/moment.ts'
import type { Walk } from '../walk.ts'
import type { Change } from './load-broken.ts'

/** A part of the protocol taken out, and what must come of that. */
export interface Break {
  readonly changes: readonly Change[]
  /** What is broken then. */
  readonly promise: PromiseName
  /** Where it shows: among all schedules of two tabs, or among random ones. */
  readonly walk?: Walk
  /** Whether it takes a courier to show it. */
  readonly courier?: true
  /** A random schedule that shows it, tried first where the search for one takes long. */
  readonly seed?: number
}
