import type { NoCourier } from '../core/events.ts'
import type { Clock, PageEvents, PostedLetter } from '../core/ports.ts'
import { toLetterMessage, type LetterMessage, type RecordPlace } from './letter-message.ts'
import { createPostOffice, type PostOffice, type Route } from './post-office.ts'
import { createServiceWorkerRoute } from './service-worker-route.ts'
import { createSharedWorkerRoute } from './shared-worker-route.ts'

/** Which worker carries the letters; at most one of these. Default: a SharedWorker from the package's own file. */
export interface CourierOptions {
  /**
   * The address of the file that `npx --no tokenring courier <folder>` has copied, on the page's own
   * origin. It becomes a service worker with a scope in which there is no page.
   */
  readonly serviceWorker?: string | undefined
  /** The same address, for a SharedWorker: where a bundler does not take the package's file along. */
  readonly sharedWorker?: string | undefined
  /** The registration of an app's own service worker, which imports `tokenring/courier/service-worker`. */
  readonly registration?:
    ServiceWorkerRegistration | PromiseLike<ServiceWorkerRegistration> | undefined
}

/** Starts the worker, and never waits for it. */
export function connectCourier(
  { serviceWorker, sharedWorker, registration }: CourierOptions,
  parts: {
    readonly place: RecordPlace
    readonly clock: Clock
    readonly pageEvents: PageEvents
    /** Called at most once; from then on it is not available. */
    readonly onUnavailable: (reason: NoCourier) => void
  },
): PostOffice {
  const { place, clock, pageEvents, onUnavailable } = parts
  const toMessage = (letter: PostedLetter): LetterMessage =>
    toLetterMessage(letter, place, clock.now(), Date.now())

  function open(): Route {
    const registered = serviceWorker ?? registration
    if (registered !== undefined) return createServiceWorkerRoute(registered, onUnavailable)
    const file =
      sharedWorker === undefined
        ? // In this form Vite and webpack take the file along as it is.
          new URL('./tokenring-courier.js?no-inline', import.meta.url)
        : new URL(sharedWorker, document.baseURI)
    return createSharedWorkerRoute(file, onUnavailable)
  }

  return createPostOffice({ route: open(), pageEvents, toMessage })
}
