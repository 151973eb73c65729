import type { TokenManagerOptions } from '../../src/index.ts'
import { json } from '../oauth/server-double.ts'
import { createProfile, type Profile, type SentForm, type Tab } from '../support/tabs.ts'

type Options = Partial<TokenManagerOptions>

/** A browser profile whose authorization server stands where a vendor's does. */
export interface Vendor {
  readonly profile: Profile
  /** The token requests, oldest first. */
  readonly tokenRequests: readonly SentForm[]
  /** The addresses that were asked, other than those of the API. */
  readonly asked: readonly string[]
  openTab(options?: Options, url?: string): Tab
  openSignedInTab(extra?: Readonly<Record<string, unknown>>, options?: Options): Promise<Tab>
}

export function createVendor(
  provided: Options,
  addresses: {
    /** Discovery documents by their address; everything else is not found. */
    readonly documents?: Readonly<Record<string, object>>
    readonly tokenEndpoint: string
    readonly expiresIn?: number
  },
): Vendor {
  const { documents = {}, tokenEndpoint, expiresIn = 300 } = addresses
  const profile = createProfile({ expiresIn })
  const tokenRequests: SentForm[] = []
  const asked: string[] = []

  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const url = input instanceof Request ? input.url : String(input)
    if (url.startsWith('https://api.example/')) return profile.fetch(input, init)
    asked.push(url)
    if (url === tokenEndpoint) {
      const body = typeof init.body === 'string' ? init.body : ''
      tokenRequests.push({ url, at: profile.clock.now(), parameters: new URLSearchParams(body) })
      return profile.server.fetch(profile.server.metadata.token_endpoint, init)
    }
    const document = documents[url]
    return document ? json(200, document) : json(404, { error: 'not_found' })
  }

  function openTab(options: Options = {}, url?: string): Tab {
    return profile.openTab({ ...provided, fetch, ...options }, {}, url)
  }

  return {
    profile,
    tokenRequests,
    asked,
    openTab,
    async openSignedInTab(extra, options) {
      const tab = openTab(options)
      await tab.auth.startSession(profile.server.signIn(extra))
      return tab
    },
  }
}

/** A discovery document of a vendor, by the address it is found at. */
export function discoverable(
  url: string,
  document: {
    readonly issuer: string
    readonly token_endpoint: string
    readonly [member: string]: unknown
  },
): Readonly<Record<string, object>> {
  return { [url]: document }
}
