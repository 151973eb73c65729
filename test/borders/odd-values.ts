import * as fc from 'fast-check'
import { expect } from 'vitest'
import { json } from '../oauth/server-double.ts'
import { idToken } from '../support/id-token.ts'
import { settle, type Profile, type Tab } from '../support/tabs.ts'

export const runs: { readonly numRuns: number } = { numRuns: 300 }

/** What may stand where another value is expected. */
export const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, '', ' ', '0', 'null', '3600', 0, -1, 1.5, 1e-9, 1e21, 1e308, true, [], {}),
  fc.jsonValue({ maxDepth: 2 }),
)

/** Objects that hold one or two of the named members, each as it may be or odd. */
export function members(
  named: Readonly<Record<string, readonly unknown[]>>,
): fc.Arbitrary<Record<string, unknown>> {
  const entries = Object.entries(named).map(([name, good]) =>
    fc
      .oneof(...(good.length > 0 ? [fc.constantFrom(...good)] : []), odd)
      .map((value): [string, unknown] => [name, value]),
  )
  return fc.array(fc.oneof(...entries), { minLength: 1, maxLength: 2 }).map(Object.fromEntries)
}

/** Deeper than a browser copies, and deeper than claims ever are. */
const deep = [6_000, 100].map((depth): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth)))

const oddIdToken = members({
  sub: ['user-1', 'user-2'],
  iss: [],
  aud: [],
  exp: [],
  iat: [],
  nonce: [],
  azp: [],
  auth_time: [1, 2],
  acr: [],
  amr: [],
}).map(idToken)

/** Members of a token reply. */
export const tokenMembers: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(
    members({
      access_token: ['another-access', 'another\naccess', 'another\u00e9access'],
      token_type: ['bearer', 'DPoP', 'mac'],
      expires_in: ['300', 0.5, 1e308],
      refresh_token: ['another-refresh'],
      refresh_token_expires_in: [1e308],
      refresh_expires_in: [0],
      refresh_token_timeout: [60, 1e308],
      authorization_expires_in: ['60'],
      nested: deep,
      scope: ['openid orders'],
    }),
    fc.oneof(fc.constant({}), fc.record({ id_token: fc.oneof(oddIdToken, odd) })),
  )
  .map(([named, more]) => ({ ...named, ...more }))

/** What an endpoint answers: its own reply with other members, or something else altogether. */
export type Answer =
  | { readonly changes: Readonly<Record<string, unknown>> }
  | {
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }

export const anyAnswer: fc.Arbitrary<Answer> = fc.oneof(
  fc.record({ changes: tokenMembers }),
  fc.record({
    status: fc.constantFrom(200, 201, 204, 301, 400, 401, 403, 404, 408, 425, 429, 500, 503, 599),
    headers: fc.record(
      {
        'content-type': fc.constantFrom('application/json', 'text/html', 'application/jwt'),
        'retry-after': fc.constantFrom('0', '-1', '1e9', '99999999999999999999', 'soon', ''),
        'www-authenticate': fc.constantFrom('DPoP error="use_dpop_nonce"', 'Bearer error', ',,='),
        'dpop-nonce': fc.constantFrom('nonce', ''),
      },
      { requiredKeys: [] },
    ),
    body: fc.oneof(
      members({
        error: ['invalid_grant', 'invalid_request', 'invalid_scope'],
        error_description: [],
        error_uri: [],
      }).map((body) => JSON.stringify(body)),
      fc.json(),
      fc.string(),
    ),
  }),
)

export function answerNext({ server }: Profile, answer: Answer): void {
  server.answerNext(async (request) => {
    if (!('changes' in answer)) return toResponse(answer)
    const usual = (await request.proceed().json()) as Record<string, unknown>
    return json(200, { ...usual, ...answer.changes })
  })
}

export function toResponse({
  status,
  headers,
  body,
}: Exclude<Answer, { changes: unknown }>): Response {
  return new Response(status === 204 ? null : body, { status, headers })
}

/** A page that is opened now has to make of storage what this one knows. */
export async function expectReadable(profile: Profile, { auth }: Tab): Promise<void> {
  const other = profile.openTab()
  await other.auth.ready
  await settle()
  expect(other.auth.getState()).toEqual(auth.getState())
  expect(other.events.map(({ type }) => type)).not.toContain('storage-corrupt')
}
