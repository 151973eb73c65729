import { openerPolicies } from './authorization-server-operations.ts'
import type { Operations } from './authorization-server-operations.ts'
import type { Whose } from './authorization-server-store.ts'
import { allowOnly, numberIn, optionalTextIn, wordIn } from './control-input.ts'
import type { ControlInput } from './control-input.ts'
import type { Controls } from './counters-and-controls.ts'
import { parseTokenEndpointFault } from './parse-token-endpoint-fault.ts'

/** What a page or a test can do to the authorization server. */
export function createAuthorizationServerControls(server: Operations): Controls {
  return {
    'reset-counters': () => server.resetCounters(),
    'access-token-ttl': (input) => server.setAccessTokenTtl(numberIn(input, 'seconds', 1)),
    grace: (input) => server.setRefreshTokenGrace(numberIn(input, 'ms', 0)),
    'opener-policy': (input) => server.setOpenerPolicy(wordIn(input, 'policy', openerPolicies)),
    fault: (input) => server.setFault(parseTokenEndpointFault(input)),
    'revoke-grants': (input) => server.revokeGrants(whoseIn(input)),
    'revoke-access-tokens': (input) => server.revokeAccessTokens(whoseIn(input)),
  }
}

function whoseIn(input: ControlInput): Whose {
  // A misspelled name would revoke everybody's.
  allowOnly(input, 'user', 'client')
  return { user: optionalTextIn(input, 'user'), client: optionalTextIn(input, 'client') }
}
