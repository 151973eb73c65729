import { describe, expect, it } from 'vitest'
import { revokeToken } from '../../src/oauth/revocation.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import {
  clientId,
  createFetchDouble,
  createSilence,
  issuer,
  json,
  metadata,
  page,
} from './server-double.ts'

function revokeWith(
  answer: () => Response | Promise<Response>,
  read: () => Promise<typeof metadata> = () => Promise.resolve(metadata),
) {
  const clock = createManualClock()
  const { fetch, sent } = createFetchDouble(answer)
  const options = { clientId, metadata: read, fetch, clock, timeoutMs: 10_000 }
  return { clock, sent, revoked: revokeToken({ ...options, token: 'refresh-secret' }) }
}

describe('revokeToken', () => {
  it('sends the token with its kind and the client, and outlives the page', async () => {
    const { sent, revoked } = revokeWith(() => new Response(null, { status: 200 }))
    await revoked
    expect(sent).toHaveLength(1)
    expect(sent[0]?.url).toBe('https://as.example/revoke')
    expect(sent[0]?.init).toMatchObject({ method: 'POST', keepalive: true, credentials: 'omit' })
    expect(sent[0]?.headers.get('content-type')).toMatch(/^application\/x-www-form-urlencoded/)
    expect(Object.fromEntries(sent[0]?.parameters ?? [])).toEqual({
      token: 'refresh-secret',
      token_type_hint: 'refresh_token',
      client_id: clientId,
    })
  })

  it.each<[string, () => Response | Promise<Response>]>([
    ['204', () => new Response(null, { status: 204 })],
    ['a page', () => page(200)],
    ['unsupported_token_type', () => json(400, { error: 'unsupported_token_type' })],
    ['a 503', () => page(503)],
    ['nothing, because the network is gone', () => Promise.reject(new TypeError('Failed'))],
  ])('fulfils when the server answers %s', async (_, answer) => {
    const { sent, revoked } = revokeWith(answer)
    await expect(revoked).resolves.toBeUndefined()
    expect(sent).toHaveLength(1)
  })

  it('fulfils when the server never answers, after the bound', async () => {
    const { answer, asked } = createSilence()
    const { clock, revoked } = revokeWith(answer)
    await asked
    clock.advance(10_000)
    await expect(revoked).resolves.toBeUndefined()
  })

  it('sends nothing where the server has no endpoint for it', async () => {
    const { sent, revoked } = revokeWith(
      () => json(200, {}),
      () => Promise.resolve({ issuer, token_endpoint: `${issuer}/token` }),
    )
    await revoked
    expect(sent).toEqual([])
  })

  it.each([
    ['of a server whose metadata cannot be had', () => Promise.reject(new Error('offline'))],
    [
      'in cleartext',
      () => Promise.resolve({ ...metadata, revocation_endpoint: 'http://as.example/revoke' }),
    ],
  ])('sends nothing %s, and fulfils', async (_, read) => {
    const { sent, revoked } = revokeWith(() => json(200, {}), read)
    await expect(revoked).resolves.toBeUndefined()
    expect(sent).toEqual([])
  })

  it('sends to loopback in cleartext', async () => {
    const endpoint = 'http://127.0.0.1:4000/revoke'
    const { sent, revoked } = revokeWith(
      () => json(200, {}),
      () => Promise.resolve({ ...metadata, revocation_endpoint: endpoint }),
    )
    await revoked
    expect(sent.map(({ url }) => url)).toEqual([endpoint])
  })
})
