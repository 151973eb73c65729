import type { TokenStore } from '../../src/index.ts'
import { createDeferred, type Deferred } from '../support/deferred.ts'
import { storedRecord } from '../support/stored-record.ts'
import type { Profile, Tab } from '../support/tabs.ts'

export const minuteMs: number = 60_000
export const hourMs: number = 60 * minuteMs

/** How often the tabs have reported an event of this type. */
export function countOf(tabs: readonly Tab[], type: Tab['events'][number]['type']): number {
  return tabs.flatMap(({ events }) => events).filter((event) => event.type === type).length
}

/** Every refresh token that the server was sent in a grant, oldest first. */
export function presented({ sent }: Profile): readonly string[] {
  return sent.flatMap(({ parameters }) => parameters.get('refresh_token') ?? [])
}

/**
 * A tab whose durable writes wait for the disk. `written` says of each write whether it was durable,
 * and what was stored then.
 */
export async function openTabWithSlowDisk(profile: Profile): Promise<{
  readonly tab: Tab
  readonly disk: Deferred<void>
  readonly written: readonly (readonly [durable: boolean, stored: string])[]
}> {
  const disk = createDeferred()
  const written: [boolean, string][] = []
  const storage: TokenStore = {
    read: (key) => profile.store.read(key),
    async update(key, change, how) {
      const isDurable = how?.durable ?? false
      if (isDurable) await disk.promise
      const result = await profile.store.update(key, change, how)
      written.push([isDurable, JSON.stringify(await storedRecord(profile))])
      return result
    },
  }
  const tab = profile.openTab({ storage })
  await tab.auth.ready
  return { tab, disk, written }
}

/** An API that answers as it is told, in place of the one of the profile. */
export function answering(
  { fetch }: Profile,
  answer: (token: string) => Response,
): { readonly fetch: typeof globalThis.fetch; readonly tokens: string[] } {
  const tokens: string[] = []
  return {
    tokens,
    fetch: async (input, init) => {
      const url = input instanceof Request ? input.url : String(input)
      if (!url.startsWith('https://api.example/')) return fetch(input, init)
      const token = (new Headers(init?.headers).get('authorization') ?? '').replace(/^\w+ /, '')
      tokens.push(token)
      return answer(token)
    },
  }
}
