import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Tallies } from '../authorization-server-counters.ts'
import { demoUsers } from '../authorization-server-pages.ts'
import { readBody } from '../http.ts'
import type { SessionExpiries } from '../session-expiries.ts'
import { applyFault } from '../token-endpoint-faults.ts'
import type { FaultSwitch } from '../token-endpoint-faults.ts'
import type { Identity } from './identity.ts'
import { authenticate, carryOutGrant } from './token-grants.ts'
import type { GrantOutcome, GrantRules } from './token-grants.ts'
import { readTokenRequest } from './token-request.ts'
import type { Parameters, TokenRequest } from './token-request.ts'
import type { Refusal, Reply } from './vendor.ts'

/** Where a contract server gives tokens out and takes them back. */
export interface TokenEndpoint {
  serveToken(request: IncomingMessage, response: ServerResponse): Promise<void>
  serveRevocation(request: IncomingMessage, response: ServerResponse): Promise<void>
}

export interface TokenEndpointOptions {
  readonly rules: GrantRules
  readonly tallies: Tallies
  readonly expiries: SessionExpiries
  readonly faults: FaultSwitch
  readonly identity: Identity | undefined
  /** Of the access tokens that are issued now. */
  ttlSeconds(): number
}

export function createTokenEndpoint(options: TokenEndpointOptions): TokenEndpoint {
  const { rules, tallies, expiries, faults, identity } = options
  const { vendor, families } = rules

  async function read(request: IncomingMessage): Promise<TokenRequest> {
    return readTokenRequest(request, await readBody(request), vendor.encodings)
  }

  async function answer(asked: TokenRequest): Promise<Reply> {
    if (asked.kind === 'refused') return vendor.refuse(asked.refusal)
    const { parameters } = asked
    const outcome = carryOutGrant(parameters, rules)
    count(outcome, parameters.get('grant_type') === 'refresh_token', parameters.get('client_id'))
    if (outcome.kind === 'refused') return vendor.refuse(outcome.refusal)
    const { family, scope, accessToken, refreshToken } = outcome
    const { consent } = family
    const idToken = consent.scope.includes('openid') ? await identity?.sign(family) : undefined
    return {
      status: 200,
      body: {
        access_token: accessToken,
        token_type: 'Bearer',
        expires_in: options.ttlSeconds(),
        scope: scope.join(' '),
        ...(refreshToken !== undefined && { refresh_token: refreshToken }),
        ...(idToken !== undefined && { id_token: idToken }),
        ...vendor.extraMembers(demoUsers.findIndex(({ id }) => id === consent.user)),
      },
    }
  }

  function count(outcome: GrantOutcome, isRefresh: boolean, clientId: string | undefined): void {
    if (outcome.kind === 'refused') {
      if (isRefresh) tallies.add('refreshRefused', clientId)
      return
    }
    tallies.add(isRefresh ? 'refreshGrants' : 'codeGrants', clientId)
    if (!isRefresh) expiries.started(outcome.family.id)
    else if (expiries.refreshed(outcome.family.id)) tallies.add('expiries', clientId)
  }

  function revoke(parameters: Parameters): Refusal | undefined {
    const refusal = authenticate(parameters, rules)
    if (!refusal) families.revoke(parameters.get('token') ?? '', parameters.get('client_id') ?? '')
    return refusal
  }

  return {
    async serveToken(request, response) {
      const asked = await read(request)
      tallies.add('tokenRequests', claimedClient(asked))
      const fault = faults.take()
      let outgoing: Reply | undefined
      const exchange = {
        request,
        response,
        // They are set already, where the vendor has them.
        crossOriginHeaders: {},
        reply(status: number, headers: Readonly<Record<string, string>>, body: string) {
          outgoing = { status, headers, body }
        },
        withhold() {
          outgoing = undefined
        },
        alter(change: (body: unknown) => unknown) {
          if (outgoing) outgoing = { ...outgoing, body: change(outgoing.body) }
        },
      }
      const isAnswered =
        fault?.when === 'before' && (await applyFault(fault, exchange)) === 'answered'
      if (!isAnswered) {
        outgoing = await answer(asked)
        if (fault?.when === 'after') await applyFault(fault, exchange)
      }
      if (outgoing) sendReply(response, outgoing)
    },
    async serveRevocation(request, response) {
      const asked = await read(request)
      tallies.add('revocations', claimedClient(asked))
      const refusal = asked.kind === 'refused' ? asked.refusal : revoke(asked.parameters)
      // RFC 7009 §2.2: 200 also for a token that nobody knows.
      sendReply(response, refusal ? vendor.refuse(refusal) : { status: 200, body: '' })
    },
  }
}

function claimedClient(asked: TokenRequest): string | undefined {
  return asked.kind === 'read' ? asked.parameters.get('client_id') : undefined
}

export function sendReply(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...headers,
  })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
