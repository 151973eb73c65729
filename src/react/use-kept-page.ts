import { useContext, useSyncExternalStore } from 'react'
import { noPage, type KeptPage } from '../core/session/kept-page.ts'
import { PageContext } from './auth-context.ts'

const nothing = (): (() => void) => () => {}

/** What is on the page; without `isWanted`, nothing. */
export function useKeptPage(isWanted: boolean): KeptPage {
  const store = useContext(PageContext)
  const page = (isWanted && store?.page) || (() => noPage)
  return useSyncExternalStore((isWanted && store?.subscribe) || nothing, page, () => noPage)
}
