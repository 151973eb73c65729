import { makeEnvironmentProviders, type EnvironmentProviders } from '@angular/core'
import type { TokenManager } from '../manager/token-manager-api.ts'
import { authToken } from './auth-token.ts'

/**
 * Hands the manager to everything in the app that injects it. Does nothing else: it starts nothing,
 * and ends nothing when the app is destroyed.
 *
 * @param manager Made by the app, in a module of its own, and never disposed of here.
 *
 * @example
 *
 * ```ts
 * import type { ApplicationConfig } from '@angular/core'
 * import { provideHttpClient, withInterceptors } from '@angular/common/http'
 * import { authInterceptor, provideAuth } from 'tokenring/angular'
 *
 * export const appConfig: ApplicationConfig = {
 *   providers: [provideAuth(auth), provideHttpClient(withInterceptors([authInterceptor]))],
 * }
 * ```
 */
export function provideAuth(manager: TokenManager): EnvironmentProviders {
  return makeEnvironmentProviders([{ provide: authToken, useValue: manager }])
}
