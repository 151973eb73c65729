import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { calculateJwkThumbprint, createRemoteJWKSet, EmbeddedJWK, jwtVerify } from 'jose'
import { sendJson } from '../../demo/http.ts'

export interface ApiOptions {
  /** What requests have to hold besides a proof, where tokens are bound to a key. */
  readonly dpopNonce?: string
}

/** Two small resource servers, at `/api/orders` and `/api/reports`; each is a resource (RFC 8707). */
export interface Api {
  readonly resources: readonly [string, string]
  /** Requests, whatever came of them. */
  readonly requests: number
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
}

interface Server {
  readonly origin: string
  readonly issuer: string
  readonly jwks: string
  readonly introspection: string
}

/** Takes what the provider says is a good token for it: by signature, or by introspection. */
export function createApi(server: Server, { dpopNonce }: ApiOptions = {}): Api {
  const { origin, issuer } = server
  const keys = createRemoteJWKSet(new URL(server.jwks))
  let requests = 0

  async function claimsOf(token: string, audience: string): Promise<Record<string, unknown>> {
    if (token.split('.').length === 3) {
      const { payload } = await jwtVerify(token, keys, { issuer, audience, typ: 'at+jwt' })
      return payload
    }
    const claims = await introspect(server.introspection, token)
    if (claims['active'] !== true || claims['aud'] !== audience) throw new Error('not active here')
    return claims
  }

  async function checkProof(request: IncomingMessage, token: string, jkt: string): Promise<void> {
    const { payload, protectedHeader } = await jwtVerify(
      String(request.headers['dpop']),
      EmbeddedJWK,
      { typ: 'dpop+jwt' },
    )
    const { jwk } = protectedHeader
    const isBound =
      jwk !== undefined &&
      (await calculateJwkThumbprint(jwk)) === jkt &&
      payload['htm'] === request.method &&
      payload['htu'] === `${origin}${request.url?.replace(/\?.*/, '')}` &&
      payload['ath'] === createHash('sha256').update(token).digest('base64url')
    if (!isBound) throw new Error('invalid_dpop_proof')
    if (dpopNonce !== undefined && payload['nonce'] !== dpopNonce) throw new Error('use_dpop_nonce')
  }

  return {
    resources: [`${origin}/api/orders`, `${origin}/api/reports`],
    get requests() {
      return requests
    },
    async handle(request, response) {
      requests += 1
      const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ')
      try {
        const audience = `${origin}${request.url?.split('/', 3).join('/')}`
        const { sub, scope, cnf } = await claimsOf(token, audience)
        const jkt = (cnf as { jkt?: string } | undefined)?.jkt
        if (scheme !== (jkt ? 'DPoP' : 'Bearer')) throw new Error('another scheme')
        if (jkt) await checkProof(request, token, jkt)
        sendJson(response, 200, { sub, scope, scheme })
      } catch (error) {
        const isNonce = error instanceof Error && error.message === 'use_dpop_nonce'
        if (dpopNonce !== undefined) response.setHeader('dpop-nonce', dpopNonce)
        const challenge = isNonce
          ? 'DPoP error="use_dpop_nonce"'
          : `${scheme} error="invalid_token"`
        response.setHeader('www-authenticate', challenge)
        sendJson(response, 401, { error: String(error) })
      }
    },
  }
}

/** What the provider says of a token (RFC 7662). */
export async function introspect(
  endpoint: string,
  token: string,
): Promise<Record<string, unknown>> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('api:api-secret')}` },
    body: new URLSearchParams({ token }),
  })
  return (await response.json()) as Record<string, unknown>
}
