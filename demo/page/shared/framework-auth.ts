import { createTokenManager } from 'tokenring'
import type { TokenManager } from 'tokenring'
import { readFacts } from './facts.ts'

/** What a page of a framework begins with. */
export interface FrameworkStart {
  readonly auth: TokenManager
  readonly ordersUrl: string
}

/** Makes the manager of this page, with its own address to come back to, and finishes a sign-in. */
export async function startAuth(): Promise<FrameworkStart> {
  const { apiOrigin, vendor } = await readFacts()
  const auth = createTokenManager({
    ...vendor.managerOptions,
    redirectUri: location.origin + location.pathname,
    resourceServers: [`${apiOrigin}/`],
  })
  await auth.handleRedirect().catch(() => undefined)
  return { auth, ordersUrl: `${apiOrigin}/orders` }
}
