/**
 * Functions for Angular, with zone.js and without.
 *
 * @module tokenring/angular
 */
export { authInterceptor, type ClientRequest, type ClientResponse } from './auth-interceptor.ts'
export { createClock } from './create-clock.ts'
export {
  createSessionGuard,
  type GuardedRoute,
  type SessionGuard,
  type SessionGuardOptions,
} from './create-session-guard.ts'
export { injectAuth } from './inject-auth.ts'
export { injectSession } from './inject-session.ts'
export { provideAuth } from './provide-auth.ts'
