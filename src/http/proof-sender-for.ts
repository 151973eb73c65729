import { ConfigurationError } from '../core/errors.ts'
import type { ProofSender } from '../core/proof-sender.ts'
import type { IssuedToken } from '../core/session/held-tokens.ts'

/**
 * What makes the proofs for a token that is bound to a key, which is never sent as a bearer token
 * (RFC 9449 §7.1). Nor is any token where the app wants them bound.
 */
export function proofSenderFor(
  { tokenType }: IssuedToken,
  proof: ProofSender<Response> | undefined,
): ProofSender<Response> | undefined {
  if (tokenType === 'Bearer' && !proof) return undefined
  if (tokenType === 'DPoP' && proof) return proof
  throw new ConfigurationError(
    'UNSUPPORTED',
    proof
      ? 'The access token is not bound to a key, as options.dpop wants it.'
      : 'The access token is bound to a key: options.dpop is needed to use it.',
  )
}
