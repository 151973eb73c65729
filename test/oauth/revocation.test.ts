import { describe, expect, it } from 'vitest'
import type { Report, Reported } from '../../src/core/events.ts'
import { revokeToken } from '../../src/oauth/revocation.ts'
import { parseMetadata } from '../../src/oauth/server-metadata.ts'
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
  const events: Reported[] = []
  const options = { clientId, metadata: read, fetch, clock, timeoutMs: 10_000 }
  const report: Report = (event) => events.push(event)
  const revoked = revokeToken({ ...options, report, token: 'refresh-secret' })
  return { clock, sent, revoked, events }
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

  it.each<[string, () => Response | Promise<Response>, object?]>([
    ['204', () => new Response(null, { status: 204 })],
    ['a page', () => page(200)],
    [
      'unsupported_token_type',
      () => json(400, { error: 'unsupported_token_type' }),
      { status: 400, code: 'unsupported_token_type' },
    ],
    [
      'the token itself',
      () => json(401, { error: 'no refresh-secret here', error_description: 'refresh-secret' }),
      { status: 401, code: 'no [redacted] here' },
    ],
    ['a 503', () => page(503), { status: 503 }],
    [
      'nothing, because the network is gone',
      () => Promise.reject(new TypeError('Failed')),
      { code: 'NETWORK' },
    ],
  ])('fulfils when the server answers %s, and tells what was refused', async (_, answer, told) => {
    const { sent, revoked, events } = revokeWith(answer)
    await expect(revoked).resolves.toBeUndefined()
    expect(sent).toHaveLength(1)
    expect(events).toEqual(told ? [{ type: 'revocation-failed', ...told }] : [])
  })

  it('fulfils when the server never answers, after the bound', async () => {
    const { answer, asked } = createSilence()
    const { clock, revoked, events } = revokeWith(answer)
    await asked
    clock.advance(10_000)
    await expect(revoked).resolves.toBeUndefined()
    expect(events).toEqual([{ type: 'revocation-failed', code: 'TIMEOUT' }])
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
      async () =>
        parseMetadata({ ...metadata, revocation_endpoint: 'http://as.example/revoke' }, issuer),
    ],
  ])('sends nothing %s, and fulfils', async (_, read) => {
    const { sent, revoked, events } = revokeWith(() => json(200, {}), read)
    await expect(revoked).resolves.toBeUndefined()
    expect(sent).toEqual([])
    expect(events).toEqual([])
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
