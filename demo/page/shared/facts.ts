import type { AuthorizationServerName, VendorFacts } from '../../vendors/vendors.ts'

/** What a page is told about the servers, by the server or the folder that it comes from. */
export interface Facts {
  readonly issuer: string
  readonly apiOrigin: string
  readonly clientId: string
  readonly twentyLinesClientId: string
  readonly scope: string
  readonly accessTokenTtlSeconds: number
  /** The authorization server in use. */
  readonly vendor: VendorFacts
  /** Those that a visitor can choose from, if there is a choice. */
  readonly choices?: readonly Choice[]
}

export interface Choice {
  readonly name: AuthorizationServerName
  readonly title: string
  /** Behaves as the vendor's pages say, and is not the vendor's. */
  readonly isStandIn: boolean
}

/** The cookie in which a browser keeps which server it wants. The page writes it. */
export const chosenServerCookie = 'demo-server'

const texts = ['issuer', 'apiOrigin', 'clientId', 'twentyLinesClientId', 'scope'] as const

export async function readFacts(): Promise<Facts> {
  const response = await fetch('./facts.json')
  const facts = (await response.json()) as Partial<Facts>
  for (const name of texts) {
    if (typeof facts[name] !== 'string') throw new TypeError(`facts.json has no text "${name}".`)
  }
  if (typeof facts.accessTokenTtlSeconds !== 'number') {
    throw new TypeError('facts.json has no number "accessTokenTtlSeconds".')
  }
  if (typeof facts.vendor?.managerOptions !== 'object') {
    throw new TypeError('facts.json does not say how to use the authorization server.')
  }
  return facts as Facts
}
