import type { Operations } from './authorization-server.ts'
import type { Whose } from './authorization-server-store.ts'
import { allowOnly, numberIn, optionalTextIn } from './control-input.ts'
import type { ControlInput } from './control-input.ts'
import type { Controls } from './counters-and-controls.ts'
import { parseTokenEndpointFault } from './parse-token-endpoint-fault.ts'

/** The switches of the authorization server. */
export function createAuthorizationServerControls(server: Operations): Controls {
  return {
    'reset-counters': () => server.resetCounters(),
    'access-token-ttl': (input) => server.setAccessTokenTtl(numberIn(input, 'seconds', 1)),
    grace: (input) => server.setRefreshTokenGrace(numberIn(input, 'ms', 0)),
    misbehave: (input) => server.misbehave(parseTokenEndpointFault(input)),
    behave: () => server.misbehave(undefined),
    'revoke-grants': (input) => server.revokeGrants(whoseIn(input)),
    'revoke-access-tokens': (input) => server.revokeAccessTokens(whoseIn(input)),
  }
}

function whoseIn(input: ControlInput): Whose {
  // A misspelled name would revoke everybody's.
  allowOnly(input, 'user', 'client')
  return { user: optionalTextIn(input, 'user'), client: optionalTextIn(input, 'client') }
}
