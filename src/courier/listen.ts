import { createWorkerParts, receive } from './worker.ts'

/** Takes the letters of every page that connects, which is one of this origin. Elsewhere it does nothing. */
export function listenInSharedWorker(): void {
  if (!('onconnect' in globalThis)) return
  const parts = createWorkerParts()
  addEventListener('connect', (event) => {
    const [port] = (event as MessageEvent).ports
    port?.addEventListener('message', (message) => void receive(message, parts))
    port?.start()
  })
}

type ExtendableMessageEvent = MessageEvent & { waitUntil(work: Promise<unknown>): void }

/**
 * Takes the letters that pages of this origin send to this service worker. Elsewhere it does nothing: a
 * window hears messages of other origins.
 */
export function listenInServiceWorker(): void {
  if (!('skipWaiting' in globalThis)) return
  const parts = createWorkerParts()
  addEventListener('message', (event) => {
    const work = receive(event, parts)
    if (work) (event as ExtendableMessageEvent).waitUntil(work)
  })
}
