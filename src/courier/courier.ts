import { objectStoreName, sharedDatabaseName } from '../adapters/open-database.ts'
import { checkedMembers, mustBe, type Rule } from '../core/checked-members.ts'
import { defined } from '../core/defined.ts'
import type { NoCourier } from '../core/events.ts'
import type { Courier } from '../core/ports.ts'
import type { CourierSupport } from '../core/rotation/courier-support.ts'
import { createMail } from '../core/rotation/mail.ts'
import { isObject, isWord } from '../core/shape.ts'
import { connectCourier, type CourierOptions } from './connect-courier.ts'

const address: Rule = [
  (value) => isWord(value) && URL.canParse(value, 'https://app.example'),
  'the address of a file, as a string',
]
const rules: Readonly<Record<keyof CourierOptions, Rule>> = {
  serviceWorker: address,
  sharedWorker: address,
  registration: [isObject, 'a service worker registration, or a promise of one'],
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
 * @throws {TypeError} An option is wrong, unknown, or one of several; the message names it and the rule.
 */
export function courier(options: CourierOptions = {}): CourierSupport {
  const read: CourierOptions = checkedMembers('courier options', options, rules)
  // An option nobody reads is a typing mistake.
  const stranger = Object.keys(options).find((name) => !Object.hasOwn(rules, name))
  if (stranger !== undefined) {
    throw mustBe(`courier options.${stranger}`, `one of ${Object.keys(rules).join(', ')}`)
  }
  const given = Object.keys(defined(read))
  if (given.length > 1) throw new TypeError(`courier: ${given.join(' and ')} exclude each other`)

  return {
    createMail(parts) {
      let isTold = false
      // Those who observe the manager are told, once, and they can only begin to once it is there.
      const onUnavailable = (reason: NoCourier): void => {
        if (!isTold) queueMicrotask(() => parts.report({ type: 'courier-unavailable', reason }))
        isTold = true
      }

      function connect(): Courier {
        const { recordKey: key, channelName: channel } = parts
        const place = { database: sharedDatabaseName, objectStore: objectStoreName, key, channel }
        const office = connectCourier(read, { ...parts, place, onUnavailable })
        let isGivenUp = false
        return {
          post: office.post,
          isAvailable() {
            const isOpen = !isGivenUp && office.isOpen()
            // A registration, say, that never comes.
            if (!isOpen) onUnavailable('no-worker')
            return isOpen
          },
          giveUp(reason) {
            isGivenUp = true
            onUnavailable(reason)
          },
        }
      }

      function without(reason: NoCourier): Courier {
        onUnavailable(reason)
        return { isAvailable: () => false, post: () => () => {}, giveUp() {} }
      }

      if (parts.storage !== 'indexeddb')
        return createMail({ ...parts, courier: without('storage') })
      if (parts.hasOwnFetch) return createMail({ ...parts, courier: without('own-fetch') })
      return createMail({ ...parts, courier: connect() })
    },
  }
}
