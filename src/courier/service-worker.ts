import { listenInServiceWorker } from './listen.ts'

/**
 * Imported by an app's own service worker, this makes that a courier, too.
 *
 * It adds one listener for `message`, which deals with letters and leaves every other message alone. It
 * has no part in the app's fetches, caches, installation or activation.
 */
listenInServiceWorker()
