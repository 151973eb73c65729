import type { NoCourier } from '../core/events.ts'
import type { Route } from './post-office.ts'
import { createPagePolicy } from './page-policy.ts'
import { version } from '../core/version.ts'

type SharedWorkerOptions = WorkerOptions & { readonly extendedLifetime: boolean }

/**
 * To a SharedWorker that outlives its pages (`extendedLifetime`: Chromium 148 and later).
 *
 * Every letter has a connection of its own, which takes a millisecond: the worker may have been ended,
 * and an open connection could bring a message to a page in the back/forward cache.
 *
 * @param file The worker's file, of any origin. From another than the page's it is loaded through a
 *   `blob:`, because a worker is of the origin of its URL.
 */
export function createSharedWorkerRoute(
  file: URL,
  onUnavailable: (reason: NoCourier) => void,
): Route {
  const options = { name: `tokenring-courier-${version}`, extendedLifetime: true }
  const policy = createPagePolicy()
  let connect: (() => SharedWorker) | undefined

  function giveUp(): void {
    connect = undefined
    onUnavailable(policy.hasForbidden() ? 'csp' : 'no-worker')
  }

  function start(): void {
    if (!outlivesPages(policy.trust('http://:'))) return onUnavailable('unsupported')
    const url = policy.trust(file.origin === location.origin ? file.href : toBlobUrl(file.href))
    connect = () => new SharedWorker(url, options)
    const worker = connect()
    worker.addEventListener('error', giveUp)
    worker.port.close()
  }

  try {
    start()
  } catch {
    giveUp()
  }

  return {
    isOpen: () => connect !== undefined,
    send(message, port) {
      const worker = connect?.()
      worker?.port.postMessage(message, [port])
      // What was sent arrives all the same.
      worker?.port.close()
    },
  }
}

function toBlobUrl(href: string): string {
  const source = `importScripts(${JSON.stringify(href)})`
  return URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
}

/** Whether this engine knows the option. The address is none, so no worker is made. */
function outlivesPages(noAddress: string): boolean {
  let isAsked = false
  const options = {
    get extendedLifetime() {
      isAsked = true
      return true
    },
  }
  try {
    void new SharedWorker(noAddress, options as SharedWorkerOptions)
  } catch {
    // It always does.
  }
  return isAsked
}
