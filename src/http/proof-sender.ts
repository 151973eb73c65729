import { ConfigurationError } from '../core/errors.ts'
import type { IssuedToken } from '../core/session/held-tokens.ts'

interface ProvenRequest {
  readonly keyPair: unknown
  readonly accessToken: string
  readonly method: string
  readonly url: string
}

/** Makes and sends DPoP proofs. */
export interface ProofSender {
  send(
    request: ProvenRequest,
    dispatch: (headers: Readonly<Record<string, string>>) => Promise<Response>,
  ): Promise<{ readonly response: Response; readonly nonceRequired: boolean }>
  proofHeaders(request: ProvenRequest): Promise<Record<string, string>>
}

/**
 * What makes the proofs for a token that is bound to a key, which is never sent as a bearer token
 * (RFC 9449 §7.1). Nor is any token where the app wants them bound.
 */
export function proofSenderFor(
  { tokenType }: IssuedToken,
  proof: ProofSender | undefined,
): ProofSender | undefined {
  if (tokenType === 'Bearer' && !proof) return undefined
  if (tokenType === 'DPoP' && proof) return proof
  throw new ConfigurationError(
    'UNSUPPORTED',
    proof
      ? 'The access token is not bound to a key, as options.dpop wants it.'
      : 'The access token is bound to a key: options.dpop is needed to use it.',
  )
}
