import {
  None,
  allowInsecureRequests,
  customFetch,
  genericTokenEndpointRequest,
  type AuthorizationServer,
} from 'oauth4webapi'
import { ConfigurationError, RefreshUnavailableError } from '../core/errors.ts'
import type { Clock, LetterAnswer } from '../core/ports.ts'
import type { Deliver, Delivery } from '../core/rotation/token-grant.ts'
import { createCryptoBound } from './crypto-bound.ts'
import type { DpopSupport } from './dpop.ts'
import { transportError } from './errors.ts'
import { exchange, toServerReply, type ServerReply, type TransportFailure } from './exchange.ts'
import { readTokenAnswer, type TokenAnswer } from './token-answer.ts'

export interface TokenRequestOptions {
  readonly clientId: string
  readonly metadata: () => Promise<AuthorizationServer>
  readonly fetch: () => typeof globalThis.fetch
  readonly clock: Clock
  readonly timeoutMs: number
  readonly dpop: DpopSupport | undefined
}

export interface Grant {
  readonly type: 'authorization_code' | 'refresh_token'
  readonly parameters: Readonly<Record<string, string>>
  /** Those of the parameters that must not come back in an error. */
  readonly secrets: readonly string[]
  /** The `error` words that mean that this grant is dead. */
  readonly rejectedBy: readonly string[]
  readonly senderKey: unknown
  readonly senderNonce?: string | undefined
  readonly maySend?: () => boolean
  readonly filed?: LetterAnswer | undefined
  readonly deliver?: Deliver | undefined
}

/** Sends one grant to the token endpoint, at most once, as a public client. Never rejects. */
export async function requestTokens(
  options: TokenRequestOptions,
  grant: Grant,
): Promise<TokenAnswer> {
  let server: AuthorizationServer
  let sent: Sent
  try {
    server = await options.metadata()
    sent = grant.filed
      ? await read(options, server, grant, grant.filed)
      : await send(options, server, grant)
  } catch (error) {
    // Nothing was sent: the metadata cannot be had, or do not do, or there is no proof.
    return error instanceof RefreshUnavailableError
      ? { kind: 'transient', error }
      : { kind: 'configuration', error: toRequestError(error) }
  }
  const { answer, proof } = sent
  if (answer === 'withheld') return { kind: 'withheld' }
  if (typeof answer === 'string') return { kind: 'transient', error: transportError(answer) }
  const { clientId, clock, dpop } = options
  const now = (): number => grant.filed?.receivedAt ?? clock.now()
  return readTokenAnswer(answer, { ...grant, server, clientId, dpop, proof, now })
}

interface Sent {
  readonly answer: ServerReply | TransportFailure
  /** Of the possession of a key, if there was one. */
  readonly proof: string | undefined
}

/** What was answered before is read as if it came now, but for the nonce that it names: that is remembered. */
async function read(
  { dpop }: TokenRequestOptions,
  { token_endpoint: url, issuer }: AuthorizationServer,
  { senderKey }: Grant,
  filed: LetterAnswer,
): Promise<Sent> {
  const answer = toAnswer(filed)
  const nonce = typeof answer === 'string' ? null : answer.headers.get('dpop-nonce')
  // Without it the next request is refused once, and named another.
  await dpop?.learn(senderKey, url ?? issuer, nonce ?? undefined).catch(() => undefined)
  return { answer, proof: undefined }
}

async function send(
  options: TokenRequestOptions,
  server: AuthorizationServer,
  { type, parameters, senderKey, senderNonce, ...grant }: Grant,
): Promise<Sent> {
  const { clientId, clock, dpop } = options
  const proving = createCryptoBound(clock)
  const maySend = (): boolean => proving.pass() && grant.maySend?.() !== false
  let answer: ServerReply | TransportFailure = 'withheld'
  let proof: string | undefined
  await dpop?.learn(senderKey, server.token_endpoint ?? server.issuer, senderNonce)
  const request = genericTokenEndpointRequest(
    server,
    { client_id: clientId },
    None(),
    type,
    parameters,
    {
      async [customFetch](url, outgoing) {
        proof = outgoing.headers['dpop']
        const delivered = proving.pass() ? await grant.deliver?.({ ...outgoing, url }) : 'withheld'
        answer =
          delivered === undefined || delivered === 'undelivered'
            ? await exchange({ ...options, maySend }, url, outgoing)
            : toAnswer(delivered)
        // All that oauth4webapi takes from it is the DPoP nonce.
        return new Response(null, typeof answer === 'string' ? {} : { headers: answer.headers })
      },
      // Where that is allowed was decided when the metadata came.
      [allowInsecureRequests]: true,
      ...(dpop && { DPoP: dpop.handle(senderKey) }),
    },
  )
  await proving.bound(request)
  return { answer, proof }
}

function toAnswer(delivered: Exclude<Delivery, 'undelivered'>): ServerReply | TransportFailure {
  if (typeof delivered === 'string') return delivered
  if ('failure' in delivered) return delivered.failure
  const headers = new Headers()
  for (const [name, value] of Object.entries(delivered.headers)) {
    try {
      headers.set(name, value)
    } catch {
      // No header: what else there is counts all the same.
    }
  }
  return toServerReply(delivered.status, headers, delivered.body)
}

/** What it throws by itself may hold anything. */
function toRequestError(error: unknown): ConfigurationError {
  if (error instanceof ConfigurationError) return error
  return new ConfigurationError(
    'METADATA_INVALID',
    'The token request could not be made: nothing was sent.',
  )
}
