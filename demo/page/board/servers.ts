import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { Facts } from '../shared/facts.ts'
import { createServerControls } from './server-controls.ts'
import type { ServerControls } from './server-controls.ts'

const readEveryMs = 500

/** What the authorization server and the API count for one client. */
export type Counters = Readonly<Record<string, number>>

/** The servers as the demo sees them from outside: what they count, and their controls. */
export interface Servers {
  /** Of the main client, read again and again while somebody is looking. */
  readonly counters: ReadonlySignal<Counters | undefined>
  read(clientId: string): Promise<Counters>
  readonly authorizationServer: ServerControls
  readonly api: ServerControls
}

export function createServers({ issuer, apiOrigin, clientId }: Facts): Servers {
  const counters = signal<Counters | undefined>(undefined)

  async function read(client: string): Promise<Counters> {
    const replies = await Promise.all(
      [issuer, apiOrigin].map(async (origin) => {
        const response = await fetch(`${origin}/demo/counters?client=${client}`)
        return (await response.json()) as Counters
      }),
    )
    return Object.assign({}, ...replies) as Counters
  }

  async function watch(): Promise<void> {
    if (document.visibilityState === 'visible') {
      // A server that does not answer now may answer next time.
      counters.value = await read(clientId).catch(() => counters.value)
    }
    setTimeout(() => void watch(), readEveryMs)
  }
  void watch()

  return {
    counters,
    read,
    authorizationServer: createServerControls(issuer),
    api: createServerControls(apiOrigin),
  }
}
