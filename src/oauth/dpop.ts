import {
  DPoP,
  allowInsecureRequests,
  customFetch,
  generateKeyPair,
  protectedResourceRequest,
  type DPoPHandle,
} from 'oauth4webapi'
import { ConfigurationError } from '../core/errors.ts'
import { memberOf } from '../core/member-of.ts'
import type { Clock } from '../core/ports.ts'
import type { ProofSender, ProvenRequest } from '../core/proof-sender.ts'
import type { RefreshOutcome } from '../core/rotation/token-grant.ts'
import { isSecureUrl } from '../core/secure-url.ts'
import { createCryptoBound } from './crypto-bound.ts'
import type { ServerReply } from './exchange.ts'
import { decodeJwtPart } from './id-token.ts'

export interface DpopOptions {
  /** The algorithm of the proofs. Default: `'ES256'`. */
  readonly algorithm?: DpopAlgorithm | undefined
}

const algorithms = ['ES256', 'Ed25519', 'PS256', 'RS256'] as const
type DpopAlgorithm = (typeof algorithms)[number]

/** Sender-constrained tokens; made by {@link dpop} and passed as the option of that name. */
export interface DpopSupport extends ProofSender<Response> {
  /** A key pair whose private key cannot leave the browser. */
  createKeyPair(): Promise<unknown>
  isKeyPair(value: unknown): boolean
  /** Makes proofs for the token endpoint and remembers its nonces. One for each key pair. */
  handle(keyPair: unknown): DPoPHandle
  /** Lets the next proof for the origin of `url` hold a nonce that another tab, or another page load, was named there. */
  learn(keyPair: unknown, url: string, nonce: string | undefined): Promise<void>
  /** What an authorization request binds its code to (RFC 9449 §10). */
  thumbprint(keyPair: unknown): Promise<string>
  /** What a token endpoint means that refuses for want of a nonce, which does not use up the grant (RFC 9449 §8). */
  readNonceWish(
    reply: ServerReply,
    issuer: string,
  ): Extract<RefreshOutcome, { readonly kind: 'nonce-required' | 'configuration' }> | undefined
  /** The nonce that a proof holds. */
  nonceOf(proof: string): string | undefined
  /** The same support, but nothing that it does waits for the browser's cryptography for ever. */
  boundedBy(clock: Clock): DpopSupport
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
 * @throws {TypeError} The algorithm is none of those.
 *
 * @see [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449.html)
 */
export function dpop(options: DpopOptions = {}): DpopSupport {
  const wanted = memberOf(options, 'algorithm') ?? 'ES256'
  const algorithm = algorithms.find((known) => known === wanted)
  if (!algorithm) throw new TypeError(`dpop(): algorithm must be one of ${algorithms.join(', ')}`)
  // A nonce is of one server, and an API may share its origin with the authorization server (RFC 9449 §9).
  const handles = new WeakMap<CryptoKeyPair, DPoPHandle>()
  const apiHandles = new WeakMap<CryptoKeyPair, DPoPHandle>()
  /** The last nonce that came from elsewhere, by key and origin: what comes from a server itself is newer. */
  const learned = new WeakMap<DPoPHandle, Map<string, string>>()

  function handle(keyPair: unknown, kept = handles): DPoPHandle {
    if (!isKeyPair(keyPair)) throw new TypeError('keyPair must be a DPoP key pair')
    const known = kept.get(keyPair)
    if (known) return known
    const made = DPoP({}, keyPair)
    kept.set(keyPair, made)
    return made
  }

  async function send(
    { keyPair, accessToken, method, url }: ProvenRequest,
    dispatch: (headers: Readonly<Record<string, string>>) => Promise<Response>,
  ): Promise<{ readonly response: Response; readonly nonceRequired: boolean }> {
    let response: Response | undefined
    let usedNonce: string | undefined
    const by = handle(keyPair, apiHandles)
    await exchange(by, { accessToken, method, url }, async (headers) => {
      usedNonce = nonceOf(headers.dpop)
      response = await dispatch(headers)
      return response.headers.get('dpop-nonce')
    })
    if (!response) throw new TypeError('dispatch did not answer')
    return { response, nonceRequired: isNonceRequired(response, usedNonce) }
  }

  /** Makes a proof, and takes in the nonce of the reply, which is all that oauth4webapi is told of it. */
  async function exchange(
    by: DPoPHandle,
    { accessToken, method, url }: Omit<ProvenRequest, 'keyPair'>,
    dispatch: (headers: { authorization: string; dpop: string }) => Promise<string | null>,
  ): Promise<void> {
    const address = new URL(url)
    await protectedResourceRequest(accessToken, method, address, undefined, undefined, {
      DPoP: by,
      // Cleartext is for loopback alone; oauth4webapi refuses all of it, or none.
      [allowInsecureRequests]: isSecureUrl(address),
      [customFetch]: async (_url, { headers: { authorization = '', dpop: proof = '' } }) => {
        const nonce = await dispatch({ authorization, dpop: proof })
        return new Response(null, nonce === null ? {} : { headers: { 'dpop-nonce': nonce } })
      },
    })
  }

  async function learn(keyPair: unknown, url: string, nonce: string | undefined): Promise<void> {
    if (nonce === undefined) return
    const known = handle(keyPair)
    const { origin } = new URL(url)
    const nonces = learned.get(known) ?? new Map<string, string>()
    learned.set(known, nonces)
    if (nonces.get(origin) === nonce) return
    nonces.set(origin, nonce)
    // A reply is the one way in.
    await exchange(known, { accessToken: 'none', method: 'GET', url }, async () => nonce)
  }

  const support: DpopSupport = {
    createKeyPair: () => generateKeyPair(algorithm),
    isKeyPair,
    handle: (keyPair) => handle(keyPair),
    thumbprint: (keyPair) => handle(keyPair).calculateThumbprint(),
    learn,
    readNonceWish({ status, headers, json }, issuer) {
      if (status < 400 || status > 499 || json?.['error'] !== 'use_dpop_nonce') return undefined
      return headers.get('dpop-nonce')
        ? { kind: 'nonce-required' }
        : { kind: 'configuration', error: nonceNotExposed(issuer) }
    },
    send,
    async proofHeaders(request) {
      let proof: Readonly<Record<string, string>> = {}
      await send(request, async (headers) => {
        proof = headers
        return new Response()
      })
      return { ...proof }
    },
    nonceOf,
    boundedBy: (clock) => boundedSupport(support, clock),
  }
  return support
}

function boundedSupport(support: DpopSupport, clock: Clock): DpopSupport {
  const bounded = <T>(work: Promise<T>): Promise<T> => createCryptoBound(clock).bound(work)
  return {
    ...support,
    createKeyPair: () => bounded(support.createKeyPair()),
    learn: (...given) => bounded(support.learn(...given)),
    thumbprint: (keyPair) => bounded(support.thumbprint(keyPair)),
    proofHeaders: (request) => bounded(support.proofHeaders(request)),
    send(request, dispatch) {
      const { bound, pass } = createCryptoBound(clock)
      const work = support.send(request, async (headers) => {
        if (!pass()) throw new Error('The proof came too late.')
        return dispatch(headers)
      })
      return bound(work)
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
function isNonceRequired(response: Response, usedNonce: string | undefined): boolean {
  if (response.status !== 401) return false
  const challenge = response.headers.get('www-authenticate')
  // An empty one names nothing.
  const nonce = response.headers.get('dpop-nonce') || null
  if (challenge === null) return nonce !== null && nonce !== usedNonce
  const isWanted = /use_dpop_nonce/i.test(challenge)
  if (isWanted && nonce === null) throw nonceNotExposed(response.url)
  return isWanted
}

/** What a server has to change that asks for a nonce and does not show it. */
function nonceNotExposed(url: string): ConfigurationError {
  const server = URL.canParse(url) ? new URL(url).origin : 'The server'
  return new ConfigurationError(
    'NONCE_NOT_EXPOSED',
    `${server} hides its DPoP nonce: it has to send Access-Control-Expose-Headers: DPoP-Nonce.`,
  )
}

function nonceOf(proof: string): string | undefined {
  const nonce = decodeJwtPart(proof, 1)?.['nonce']
  return typeof nonce === 'string' ? nonce : undefined
}
