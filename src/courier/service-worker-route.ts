import type { NoCourier } from '../core/events.ts'
import type { Route } from './post-office.ts'
import { createPagePolicy } from './page-policy.ts'

/**
 * To a service worker: one of its own, with a scope in which there is no page, or one that the app has
 * registered. A registration is never waited for: until there is one, the page sends by itself.
 */
export function createServiceWorkerRoute(
  from: string | ServiceWorkerRegistration | PromiseLike<ServiceWorkerRegistration>,
  onUnavailable: (reason: NoCourier) => void,
): Route {
  const policy = createPagePolicy()
  let registration: ServiceWorkerRegistration | undefined

  async function register(): Promise<ServiceWorkerRegistration> {
    if (typeof from !== 'string') return from
    const { pathname, href } = new URL(from, document.baseURI)
    // One of an earlier version makes way by itself once it has no letter: it controls no page.
    const scope = `${pathname}/.tokenring/`
    return container().register(policy.trust(href), { scope })
  }

  register().then(
    (registered) => {
      registration = registered
    },
    (error: unknown) => {
      // That it was forbidden is an event of its own, which comes after it (Chromium).
      setTimeout(() => onUnavailable(policy.hasForbidden() ? 'csp' : reasonOf(error)))
    },
  )

  return {
    isOpen: () => Boolean(registration?.active),
    send: (message, port) => registration?.active?.postMessage(message, [port]),
  }
}

/** Absent in insecure contexts and some private windows. */
function container(): ServiceWorkerContainer {
  const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer }
  if (serviceWorker) return serviceWorker
  throw new DOMException('There are no service workers here.', 'NotSupportedError')
}

function reasonOf(error: unknown): NoCourier {
  const { name = '' } = error as { readonly name?: string }
  return name === 'NotSupportedError' ? 'unsupported' : 'no-worker'
}
