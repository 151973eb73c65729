import {
  DPoP,
  allowInsecureRequests,
  customFetch,
  generateKeyPair,
  isDPoPNonceError,
  protectedResourceRequest,
  type DPoPHandle,
} from 'oauth4webapi'
import { decodeJwtPart } from './id-token.ts'
import { insecureAllowed } from './token-endpoint.ts'

export interface DpopOptions {
  /** The algorithm of the proofs. Default: `'ES256'`. */
  readonly algorithm?: 'ES256' | 'Ed25519' | 'PS256' | 'RS256' | undefined
}

/** A request to a resource server that a proof is made for. */
export interface ProvenRequest {
  readonly keyPair: unknown
  readonly accessToken: string
  readonly method: string
  readonly url: string
}

/** Sender-constrained tokens; made by {@link dpop} and passed as the option of that name. */
export interface DpopSupport {
  /** A key pair whose private key cannot leave the browser. */
  createKeyPair(): Promise<unknown>
  isKeyPair(value: unknown): boolean
  /** Makes proofs for the token endpoint and remembers its nonces. One for each key pair. */
  handle(keyPair: unknown): DPoPHandle
  /** What an authorization request binds its code to (RFC 9449 §10). */
  thumbprint(keyPair: unknown): Promise<string>
  /** Whether a failed token request only lacked a nonce, which is known by now. */
  isNonceError(error: unknown): boolean
  /** Sends a request to a resource server, by `dispatch`, with a proof of its own. */
  send(
    request: ProvenRequest,
    dispatch: (headers: Readonly<Record<string, string>>) => Promise<Response>,
  ): Promise<{ readonly response: Response; readonly nonceRequired: boolean }>
  /** The headers alone, for requests that are sent by other means. */
  proofHeaders(request: ProvenRequest): Promise<Record<string, string>>
}

/**
 * Binds the session to a key that cannot leave this browser (DPoP): a token that is copied elsewhere
 * is worth nothing there. The key pair is kept beside the session and shared by all tabs.
 *
 * @example
 *
 * ```ts
 * import { createTokenManager, dpop } from 'tokenring'
 *
 * const auth = createTokenManager({
 *   authorizationServer: 'https://login.example.com',
 *   clientId: 'spa',
 *   dpop: dpop(),
 * })
 * ```
 *
 * @see [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449.html)
 */
export function dpop(options: DpopOptions = {}): DpopSupport {
  const handles = new WeakMap<CryptoKeyPair, DPoPHandle>()

  function handle(keyPair: unknown): DPoPHandle {
    if (!isKeyPair(keyPair)) throw new TypeError('keyPair must be a DPoP key pair')
    const known = handles.get(keyPair)
    if (known) return known
    const made = DPoP({}, keyPair)
    handles.set(keyPair, made)
    return made
  }

  async function send(
    { keyPair, accessToken, method, url }: ProvenRequest,
    dispatch: (headers: Readonly<Record<string, string>>) => Promise<Response>,
  ): Promise<{ readonly response: Response; readonly nonceRequired: boolean }> {
    let response: Response | undefined
    let usedNonce: unknown
    await protectedResourceRequest(accessToken, method, new URL(url), undefined, undefined, {
      DPoP: handle(keyPair),
      [allowInsecureRequests]: insecureAllowed(url),
      [customFetch]: async (_url, { headers: { authorization = '', dpop: proof = '' } }) => {
        usedNonce = nonceOf(proof)
        response = await dispatch({ authorization, dpop: proof })
        // All that oauth4webapi needs of the reply is its nonce; a challenge would be an error there.
        const nonce = response.headers.get('dpop-nonce')
        return new Response(null, nonce === null ? {} : { headers: { 'dpop-nonce': nonce } })
      },
    })
    if (!response) throw new TypeError('dispatch did not answer')
    return { response, nonceRequired: isNonceRequired(response, usedNonce) }
  }

  return {
    createKeyPair: () => generateKeyPair(options.algorithm ?? 'ES256'),
    isKeyPair,
    handle,
    thumbprint: (keyPair) => handle(keyPair).calculateThumbprint(),
    isNonceError: isDPoPNonceError,
    send,
    async proofHeaders(request) {
      let proof: Readonly<Record<string, string>> = {}
      await send(request, async (headers) => {
        proof = headers
        return new Response()
      })
      return { ...proof }
    },
  }
}

function isKeyPair(value: unknown): value is CryptoKeyPair {
  return (
    typeof value === 'object' &&
    value !== null &&
    'privateKey' in value &&
    'publicKey' in value &&
    value.privateKey instanceof CryptoKey &&
    value.privateKey.usages.includes('sign') &&
    value.publicKey instanceof CryptoKey &&
    value.publicKey.type === 'public'
  )
}

/** A challenge that CORS hides is told from a refusal of the token by a nonce that is new (RFC 9449 §8). */
function isNonceRequired(response: Response, usedNonce: unknown): boolean {
  if (response.status !== 401) return false
  const challenge = response.headers.get('www-authenticate')
  if (challenge !== null) return /use_dpop_nonce/i.test(challenge)
  const nonce = response.headers.get('dpop-nonce')
  return nonce !== null && nonce !== usedNonce
}

function nonceOf(proof: string): unknown {
  return decodeJwtPart(proof, 1)?.['nonce']
}
