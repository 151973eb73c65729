import type { PageEvent, PageEvents } from '../core/ports.ts'

export interface MemoryPageEvents extends PageEvents {
  /** Tells every subscriber. Changes neither visibility nor connectivity. */
  emit(event: PageEvent): void
  setVisible(visible: boolean): void
  /** Whether managers created from now on find the page prerendered. */
  setPrerendering(prerendering: boolean): void
  setOnline(online: boolean): void
  /** Whether the user has just done something; `undefined`: the browser does not tell, as to begin with. */
  setActivated(activated: boolean | undefined): void
  /** Whether the user came to the page by Back or Forward, and it was loaded anew for that. */
  setRevisit(revisit: boolean): void
}

/** A page to which happens what it is told. Visible and online to begin with. */
export function createMemoryPageEvents(): MemoryPageEvents {
  const subscriptions = new Set<{ readonly listener: (event: PageEvent) => void }>()
  let isVisible = true
  let isPrerendering = false
  let isOnline = true
  let isActivated: boolean | undefined
  let isRevisit = false

  return {
    isVisible: () => isVisible && !isPrerendering,
    isPrerendering: () => isPrerendering,
    isOnline: () => isOnline,
    isActivated: () => isActivated,
    isRevisit: () => isRevisit,
    subscribe(listener) {
      const subscription = { listener }
      subscriptions.add(subscription)
      return () => {
        subscriptions.delete(subscription)
      }
    },
    emit(event) {
      for (const { listener } of subscriptions) listener(event)
    },
    setVisible(visible) {
      isVisible = visible
    },
    setPrerendering(prerendering) {
      isPrerendering = prerendering
    },
    setOnline(online) {
      isOnline = online
    },
    setActivated(activated) {
      isActivated = activated
    },
    setRevisit(revisit) {
      isRevisit = revisit
    },
  }
}
