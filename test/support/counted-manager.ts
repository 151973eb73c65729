import type { AccessTokenOptions, TokenManager } from '../../src/index.ts'

export interface CountedManager {
  readonly auth: TokenManager
  /** Subscriptions that have not ended. */
  subscriptions(): number
  /** What each `getAccessToken` was called with, oldest first. */
  readonly wishes: readonly (AccessTokenOptions | undefined)[]
}

/** The same manager, with a record of who uses it. */
export function countedManager(auth: TokenManager): CountedManager {
  const subscriptions = new Set<object>()
  const wishes: (AccessTokenOptions | undefined)[] = []
  return {
    auth: {
      ...auth,
      subscribe(listener) {
        const subscription = {}
        subscriptions.add(subscription)
        const unsubscribe = auth.subscribe(listener)
        return () => {
          subscriptions.delete(subscription)
          unsubscribe()
        }
      },
      getAccessToken(options) {
        wishes.push(options)
        return auth.getAccessToken(options)
      },
    },
    subscriptions: () => subscriptions.size,
    wishes,
  }
}
