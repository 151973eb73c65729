import { createTokenManager } from 'tokenring'
import type { TokenManager } from 'tokenring'
import { readFacts } from './facts.ts'
import { arrive } from './sign-in.ts'

/** What a page of a framework begins with. */
export interface FrameworkStart {
  readonly auth: TokenManager
  readonly ordersUrl: string
  /** Whether this page came back from a sign-in without a session, and none has begun since. */
  hasSignInFailed(): boolean
}

/** Makes the manager of this page, with its own address to come back to, and finishes a sign-in. */
export async function startAuth(): Promise<FrameworkStart> {
  const { apiOrigin, vendor } = await readFacts()
  const auth = createTokenManager({
    ...vendor.managerOptions,
    redirectUri: location.origin + location.pathname,
    resourceServers: [`${apiOrigin}/`],
  })
  let hasFailed = typeof (await arrive(auth)) === 'object'
  auth.observe(({ type }) => {
    if (type === 'session-started') hasFailed = false
  })
  return { auth, ordersUrl: `${apiOrigin}/orders`, hasSignInFailed: () => hasFailed }
}
