import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'

/** A request with a token that is bound to a key. */
export interface BoundRequest {
  readonly request: IncomingMessage
  readonly token: string
  /** The thumbprint of the key. */
  readonly jkt: string
}

/** What an API asks about the requests that come with such tokens (RFC 9449 §7). */
export interface DpopProofs {
  /** What the next proof has to hold. */
  nonce(): string
  /** What is wrong with the proof of a request, as an error code. */
  objectionTo(bound: BoundRequest): Promise<'invalid_dpop_proof' | 'use_dpop_nonce' | undefined>
  /** The nonce before is good for one more change, so that requests under way are not sent again. */
  changeNonce(): void
}

const lifeSeconds = 60

/** @param origin Of the API, which the proofs have to name. */
export function createDpopProofs(origin: string): DpopProofs {
  const newNonce = () => ({
    value: randomBytes(16).toString('base64url'),
    since: Date.now(),
    /** The `jti` of each proof that held it: none is taken twice. */
    seen: new Set<string>(),
  })
  let current = newNonce()
  let previous = newNonce()

  function changeNonce(): void {
    previous = current
    current = newNonce()
  }

  return {
    nonce() {
      if (Date.now() - current.since > lifeSeconds * 1_000) changeNonce()
      return current.value
    },
    async objectionTo({ request, token, jkt }) {
      const proof = await jwtVerify(String(request.headers['dpop']), EmbeddedJWK, {
        typ: 'dpop+jwt',
        algorithms: ['ES256', 'Ed25519', 'PS256', 'RS256'],
        maxTokenAge: lifeSeconds,
        clockTolerance: 5,
        requiredClaims: ['jti'],
      }).catch(() => undefined)
      const { jwk } = proof?.protectedHeader ?? {}
      if (!proof || !jwk) return 'invalid_dpop_proof'
      const { htm, htu, ath, jti = '', nonce } = proof.payload
      const isOfThisRequest =
        htm === request.method &&
        withoutQuery(htu) === withoutQuery(origin + request.url) &&
        ath === createHash('sha256').update(token).digest('base64url') &&
        (await calculateJwkThumbprint(jwk)) === jkt
      if (!isOfThisRequest) return 'invalid_dpop_proof'
      const named = [current, previous].find(({ value }) => value === nonce)
      if (!named) return 'use_dpop_nonce'
      if (named.seen.has(jti)) return 'invalid_dpop_proof'
      named.seen.add(jti)
      return undefined
    },
    changeNonce,
  }
}

function withoutQuery(address: unknown): string | undefined {
  if (typeof address !== 'string' || !URL.canParse(address)) return undefined
  const { origin, pathname } = new URL(address)
  return origin + pathname
}
