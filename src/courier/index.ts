/**
 * Renewals that survive their page.
 *
 * @module tokenring/courier
 */
export { courier } from './courier.ts'
export type { CourierOptions } from './connect-courier.ts'
export type { NoCourier } from '../core/events.ts'
export type { CourierSupport } from '../core/rotation/courier-support.ts'
