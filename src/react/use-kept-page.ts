import { useMemo, useSyncExternalStore } from 'react'
import { nextPage, noPage, pageAfter, type KeptPage } from '../core/session/kept-page.ts'
import type { TokenManager } from '../manager/token-manager-api.ts'
import { useAuth } from './use-auth.ts'

/** Follows what is on the page; without `isWanted`, nothing. */
export function useKeptPage(isWanted: boolean): KeptPage {
  const auth = useAuth()
  const { subscribe, page } = useMemo(() => followPage(auth, isWanted), [auth, isWanted])
  return useSyncExternalStore(subscribe, page, () => noPage)
}

interface PageStore {
  readonly subscribe: (listener: () => void) => () => void
  readonly page: () => KeptPage
}

/** Every state in turn: React may leave some out. */
function followPage(auth: TokenManager, isWanted: boolean): PageStore {
  if (!isWanted) return { subscribe: () => () => {}, page: () => noPage }
  let page = noPage
  return {
    subscribe(listener) {
      const stops = [
        auth.observe((event) => {
          page = pageAfter(page, event)
        }),
        auth.subscribe((state) => {
          page = nextPage(page, state)
          listener()
        }),
      ]
      return () => stops.forEach((stop) => stop())
    },
    page: () => (page = nextPage(page, auth.getState())),
  }
}
