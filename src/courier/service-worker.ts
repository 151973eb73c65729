import { createWorkerParts, receive } from './worker.ts'

type ExtendableMessageEvent = MessageEvent & { waitUntil(work: Promise<unknown>): void }

/**
 * Imported by an app's own service worker, it makes that a courier, too.
 *
 * It adds one listener for `message`, which deals with letters and leaves every other message alone. It
 * has no part in the app's fetches, caches, installation or activation. Elsewhere it does nothing: a
 * window hears messages of other origins.
 */
if ('skipWaiting' in globalThis) {
  const parts = createWorkerParts()
  addEventListener('message', (event) => {
    const work = receive(event, parts)
    if (work) (event as ExtendableMessageEvent).waitUntil(work)
  })
}

export {}
