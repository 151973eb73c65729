import type { InjectionKey } from 'vue'
import type { TokenManager } from '../manager/token-manager-api.ts'

/** What is used of vue-router, which the guard is not made with. */
export interface RouterLike {
  /** Both return what removes the listener. */
  beforeEach(listener: () => void): () => void
  afterEach(
    listener: (to: unknown, from: unknown, failure?: { readonly type: number } | void) => void,
  ): () => void
}

/** The manager, and the global properties of the app, which have the router once it is installed. */
export const authKey: InjectionKey<
  readonly [manager?: TokenManager, globals?: { readonly $router?: RouterLike }]
> = /* @__PURE__ */ Symbol()
