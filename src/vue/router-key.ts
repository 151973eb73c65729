import type { InjectionKey } from 'vue'

/** What is used of vue-router, which the guard is not made with. */
export interface RouterLike {
  /** Both return what removes the listener. */
  beforeEach(listener: () => void): () => void
  afterEach(
    listener: (to: unknown, from: unknown, failure?: { readonly type: number } | void) => void,
  ): () => void
}

/** The router of the app, which is there as soon as it is installed. */
export const routerKey: InjectionKey<() => RouterLike | undefined> = /* @__PURE__ */ Symbol()
