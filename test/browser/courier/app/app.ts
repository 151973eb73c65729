import { createPageEvents } from '../../../../src/adapters/page-events.ts'
import { createSystemClock } from '../../../../src/adapters/system-clock.ts'
import { createIndexedDbTokenStore } from '../../../../src/adapters/indexeddb-token-store.ts'
import type { CourierWord } from '../../../../src/core/ports.ts'
import { connectCourier, type CourierOptions } from '../../../../src/courier/connect-courier.ts'
import type { PostOffice } from '../../../../src/courier/post-office.ts'
import type { NoCourier } from '../../../../src/core/events.ts'

/** What tests find in the page as `window.post`. */
export interface Post {
  start(options: CourierOptions | 'own registration'): Promise<void>
  isAvailable(): boolean
  readonly unavailable: readonly NoCourier[]
  /** What was said of the letters of this page. */
  readonly words: readonly CourierWord[]
  /** Puts a letter into the record, together with what else may be there, and hands it over. */
  send(id: string, url: string): Promise<void>
  handOver(id: string, url: string): void
  record(): Promise<PostRecord | undefined>
  /** Whether the key that was put into the record still works. */
  signs(): Promise<boolean>
}

export interface PostRecord {
  readonly revision: number
  readonly key: CryptoKeyPair
  readonly letters: readonly {
    readonly id: string
    readonly state: string
    readonly answer?: {
      readonly status?: number
      readonly body?: string
      readonly failure?: string
    }
  }[]
}

declare global {
  interface Window {
    post: Post
  }
}

const clock = createSystemClock()
const store = createIndexedDbTokenStore({ clock })
const place = { database: 'tokenring', objectStore: 'records', key: 'session x', channel: 'x' }
const words: CourierWord[] = []
const unavailable: NoCourier[] = []
let office: PostOffice | undefined

window.post = {
  words,
  unavailable,
  isAvailable: () => office?.isOpen() === true,
  async start(options) {
    const given =
      options === 'own registration'
        ? { registration: await navigator.serviceWorker.register('/own-worker.js') }
        : options
    office = connectCourier(given, {
      place,
      clock,
      pageEvents: createPageEvents(),
      onUnavailable: (reason) => unavailable.push(reason),
    })
  },
  async send(id, url) {
    const { subtle } = crypto
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
    const key = await subtle.generateKey(algorithm, false, ['sign', 'verify'])
    await store.update(place.key, () => ({
      put: { revision: 1, key, letters: [{ id, state: 'posted', claim: 1, about: '', token: 1 }] },
      result: undefined,
    }))
    window.post.handOver(id, url)
  },
  handOver(id, url) {
    const letter = { id, url, accept: 'application/json', body: 'a=b', timeoutMs: 10_000 }
    office?.post({ ...letter, notAfter: clock.now() + 4_000 }, (word) => words.push(word))
  },
  record: async () => (await store.read(place.key)) as PostRecord | undefined,
  async signs() {
    const record = (await store.read(place.key)) as PostRecord
    const signature = { name: 'ECDSA', hash: 'SHA-256' }
    const data = new Uint8Array(1)
    const signed = await crypto.subtle.sign(signature, record.key.privateKey, data)
    return crypto.subtle.verify(signature, record.key.publicKey, signed, data)
  },
}
