import { describe, expect, it } from 'vitest'
import { everythingIn } from '../support/everything-in.ts'
import { failureOf } from '../support/failure.ts'
import { createCode, passUntil, plantedCode, type Answer } from './authorization-code-setup.ts'
import { createEndpointWith, refreshWith, request, sentToken, tokens } from './refresh-setup.ts'
import { json, opaqueRedirect, signIdToken } from './server-double.ts'

/** Replies of a server that repeats whatever it was sent, in every place there is. */
function repliesThatRepeat(secrets: readonly string[]): readonly Answer[] {
  const said = secrets.join(' and ')
  const words = { error_description: said, error_uri: `https://as.example/?${said}`, message: said }
  const refusals = [
    'invalid_grant',
    'invalid_client',
    'invalid_request',
    'server_error',
    'use_dpop_nonce',
    said,
  ].flatMap((error) => [400, 401, 403, 429, 500, 200].map((status) => ({ error, status })))
  const spoilt = [
    { token_type: 'mac' },
    { token_type: 'DPoP' },
    { token_type: said },
    { expires_in: said },
    { scope: [said] },
    { id_token: said },
    { id_token: 'e30.e30.refresh-secret' },
    { access_token: '' },
  ]
  return [
    ...refusals.map(
      ({ error, status }) =>
        () =>
          json(status, { error, ...words }, { 'www-authenticate': 'Basic realm="as"' }),
    ),
    ...spoilt.map((members) => () => json(200, { ...tokens, ...words, ...members })),
    () => new Response(said),
    () => new Response(`<html>${said}</html>`, { status: 400 }),
    () => new Response(`{"access_token":"${said}`, { status: 200 }),
    () => Promise.reject(new TypeError(said)),
    opaqueRedirect,
  ]
}

describe('errors', () => {
  it('of a refresh hold no token', async () => {
    const planted = [sentToken, tokens.access_token, tokens.refresh_token]
    let errors = 0
    for (const answer of repliesThatRepeat([sentToken])) {
      const { refreshToken: _, ...outcome } = { refreshToken: '', ...(await refreshWith(answer)) }
      errors += 'error' in outcome ? 1 : 0
      for (const secret of planted) expect(everythingIn(outcome)).not.toContain(secret)
    }
    expect(errors).toBeGreaterThan(30)
  })

  it('of a refresh for somebody else hold no token', async () => {
    const id_token = await signIdToken({ aud: 'other', note: tokens.refresh_token })
    const outcome = await refreshWith(() => json(200, { ...tokens, id_token }))
    const { refreshToken: _, ...rest } = { refreshToken: '', ...outcome }
    expect(rest.kind).toBe('unusable')
    for (const secret of [id_token, ...Object.values(tokens).filter(isSecret)]) {
      expect(everythingIn(rest)).not.toContain(secret)
    }
  })

  it('of a request that cannot be made hold no token', async () => {
    const { endpoint } = createEndpointWith(() => json(200, tokens), {
      metadata: () => Promise.reject(new Error(sentToken)),
    })
    expect(everythingIn(await endpoint.refresh(request))).not.toContain(sentToken)
  })

  it('of a redemption hold no code, no verifier, no state and no token', async () => {
    for (const count of repliesThatRepeat([]).keys()) {
      let secrets: readonly string[] = []
      const { code, begin, store, clock } = createCode(
        (sent) => repliesThatRepeat(secrets)[count]?.(sent) ?? json(500, {}),
      )
      const { state, callback } = await begin()
      const [stored] = (await store.read('sign-in')) as readonly { readonly verifier: string }[]
      secrets = [plantedCode, stored?.verifier ?? '']
      const error = await failureOf(passUntil(clock, code.redeem(callback())))
      expect(error).toBeInstanceOf(Error)
      for (const secret of [...secrets, state, 'access-secret', 'refresh-secret', 'next-secret']) {
        expect(everythingIn(error)).not.toContain(secret)
      }
    }
  })

  it.each<[string, (state: string) => Readonly<Record<string, string | undefined>>]>([
    ['an error', (state) => ({ error: 'access_denied', error_description: `no, ${state}` })],
    ['an error that is the state', (state) => ({ error: state, error_description: state })],
    [
      'an error that says the code',
      () => ({ error: plantedCode, error_description: `no, ${plantedCode}` }),
    ],
    ['another issuer', (state) => ({ iss: `https://evil.example/${state}` })],
    ['no issuer', () => ({ iss: undefined })],
    ['no code', () => ({ code: undefined })],
    ['an id_token', () => ({ id_token: plantedCode })],
  ])('of a callback with %s hold no code, no verifier and no state', async (_, changes) => {
    const { code, begin, store } = createCode()
    const { state, callback } = await begin()
    const [stored] = (await store.read('sign-in')) as readonly { readonly verifier: string }[]
    const error = await failureOf(code.redeem(callback(changes(state))))
    expect(error).toBeInstanceOf(Error)
    for (const secret of [plantedCode, state, stored?.verifier ?? 'no verifier']) {
      expect(everythingIn(error)).not.toContain(secret)
    }
  })
})

function isSecret(value: unknown): value is string {
  return typeof value === 'string' && value.endsWith('-secret')
}
