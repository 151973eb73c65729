import type { App } from 'vue'
import type { TokenManager } from '../manager/token-manager-api.ts'
import { authKey } from './auth-key.ts'

/**
 * Creates the plugin that hands the manager to the composables of an app. Does nothing else: it
 * starts nothing when it is installed and ends nothing when the app is unmounted.
 *
 * @param manager Made by the app, in a module of its own, and never disposed of here.
 *
 * @example
 *
 * ```ts
 * import { createTokenManager } from 'tokenring'
 * import { createAuth } from 'tokenring/vue'
 * import { createApp } from 'vue'
 *
 * const auth = createTokenManager({
 *   authorizationServer: 'https://login.example.com',
 *   clientId: 'spa',
 * })
 * createApp({ template: '<main>…</main>' }).use(createAuth(auth)).mount('#app')
 * ```
 */
export function createAuth(manager: TokenManager): { install(app: App): void } {
  return {
    install(app) {
      app.provide(authKey, [manager, app.config.globalProperties])
    },
  }
}
