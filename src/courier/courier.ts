import { objectStoreName, sharedDatabaseName } from '../adapters/open-database.ts'
import type { NoCourier } from '../core/events.ts'
import type { Courier } from '../core/ports.ts'
import { createMail, type CourierSupport } from '../core/rotation/mail.ts'
import { connectCourier, type CourierOptions } from './connect-courier.ts'

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

  return {
    createMail(parts) {
      // Those who observe the manager are told, and they can only begin to once it is there.
      const onUnavailable = (reason: NoCourier): void =>
        queueMicrotask(() => parts.report({ type: 'courier-unavailable', reason }))

      function connect(): Courier {
        const { recordKey: key, channelName: channel } = parts
        const place = { database: sharedDatabaseName, objectStore: objectStoreName, key, channel }
        return connectCourier(options, { ...parts, place, onUnavailable })
      }

      function without(reason: NoCourier): Courier {
        onUnavailable(reason)
        return { isAvailable: () => false, post() {} }
      }

      if (parts.storage !== 'indexeddb')
        return createMail({ ...parts, courier: without('storage') })
      if (parts.hasOwnFetch) return createMail({ ...parts, courier: without('own-fetch') })
      return createMail({ ...parts, courier: connect() })
    },
  }
}
