/**
 * One idle time for all tabs.
 *
 * @module tokenring/idle
 */
export { idle, type Idle, type IdleState } from './idle.ts'
export type { IdleOptions } from './idle-options.ts'
export type { IdleSupport } from '../core/session/idle-support.ts'
