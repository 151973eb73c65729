import type { CourierSupport, NoCourier } from '../core/courier-support.ts'
import type { PostedLetter } from '../core/ports.ts'
import { toLetterMessage, type LetterMessage } from './letter-message.ts'
import { createPostOffice, type Route } from './post-office.ts'
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

/**
 * Has renewals survive their page: `courier: courier()` among the options of `createTokenManager`.
 *
 * A renewal that is under way when its page is reloaded, left or closed is carried on by a worker, which
 * files the reply in storage; the next page, or another tab, collects it. While the browser itself lives,
 * no reply is lost. Without options that works in Chromium 148 and later; with a service worker in every
 * engine. Where it does not work, renewals are made as without it, and the event `courier-unavailable`
 * says why.
 *
 * It touches nothing before `createTokenManager` is called with it, and nothing on a server.
 *
 * @throws {TypeError} if more than one option is given, or an address is no text.
 */
export function courier(options: CourierOptions = {}): CourierSupport {
  const { serviceWorker, sharedWorker, registration } = options
  const given = Object.entries({ serviceWorker, sharedWorker, registration })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name)
  if (given.length > 1) throw new TypeError(`courier: ${given.join(' and ')} exclude each other`)
  for (const value of [serviceWorker, sharedWorker]) {
    if (value !== undefined && typeof value !== 'string') {
      throw new TypeError(`courier: ${given.join()} must be the address of a file`)
    }
  }

  function open(onUnavailable: (reason: NoCourier) => void): Route {
    const registered = serviceWorker ?? registration
    if (registered !== undefined) return createServiceWorkerRoute(registered, onUnavailable)
    const file =
      sharedWorker === undefined
        ? // In this form Vite and webpack take the file along as it is.
          new URL('./tokenring-courier.js?no-inline', import.meta.url)
        : new URL(sharedWorker, document.baseURI)
    return createSharedWorkerRoute(file, onUnavailable)
  }

  return {
    connect({ place, clock, pageEvents, onUnavailable }) {
      const toMessage = (letter: PostedLetter): LetterMessage =>
        toLetterMessage(letter, place, clock.now())
      return createPostOffice({ route: open(onUnavailable), pageEvents, toMessage })
    },
  }
}
