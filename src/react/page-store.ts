import {
  nextPage,
  noPage,
  pageAfter,
  pageAfterGap,
  type KeptPage,
} from '../core/session/kept-page.ts'
import type { SessionState } from '../core/session/session-state.ts'
import type { TokenManager } from '../manager/token-manager-api.ts'

/** What is on the pages below a provider: it sees every state, where components may miss some. */
export interface PageStore {
  /** Sees states from now on, until `stop()`, whoever listens. */
  subscribe(listener: () => void): () => void
  page(): KeptPage
  stop(): void
}

/** @param before The page of another manager, of which nothing may be left. */
export function createPageStore(auth: TokenManager, before: KeptPage = noPage): PageStore {
  const listeners = new Set<() => void>()
  let page: KeptPage = { key: before.key, standing: 'hidden' }
  let isFollowing = false
  let last: SessionState | undefined
  let stop = (): void => {}

  function see(state: SessionState): KeptPage {
    const hasGap = !isFollowing && state !== last
    page = hasGap ? pageAfterGap(page, state) : nextPage(page, state)
    last = state
    return page
  }

  function follow(): void {
    if (isFollowing) return
    const stopObserving = auth.observe((event) => {
      page = pageAfter(page, event)
    })
    const stopSubscribing = auth.subscribe((state) => {
      see(state)
      isFollowing = true
      for (const listener of listeners) listener()
    })
    stop = () => {
      isFollowing = false
      stopObserving()
      stopSubscribing()
    }
  }

  return {
    subscribe(listener) {
      listeners.add(listener)
      follow()
      // It goes on: a component that React hides, with all that was typed into it, does not listen.
      return () => listeners.delete(listener)
    },
    page: () => see(auth.getState()),
    stop: () => stop(),
  }
}
