export { courier, type CourierOptions } from './courier.ts'
export type { CourierSupport, NoCourier } from '../core/courier-support.ts'
