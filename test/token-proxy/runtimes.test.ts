import { gzipSync } from 'node:zlib'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runtimes, startRuntime, type RunningProxy } from './runtimes.ts'
import {
  pageOrigin,
  post,
  replyJson,
  sendRaw,
  startUpstream,
  tokens,
  type Upstream,
} from './servers.ts'

const clientId = '1234567890'
const clientSecret = 's3cr&t/"pläce" +=%<~>\\'
const form = { grant_type: 'refresh_token', refresh_token: 'TG-1', client_id: clientId }

describe.each(Object.entries(runtimes))('the example for %s', (name, { leaving }) => {
  let upstream: Upstream
  let proxy: RunningProxy

  beforeAll(async () => {
    const cleanups: (() => void)[] = []
    upstream = await startUpstream((cleanUp) => cleanups.push(cleanUp))
    proxy = await startRuntime(name, { tokenEndpoint: upstream.tokenEndpoint, clientSecret })
    return async () => {
      for (const cleanUp of cleanups) cleanUp()
      await proxy.stop()
    }
  })
  beforeEach(() => {
    upstream.received.length = 0
    upstream.reply = replyJson(200, tokens)
  })
  afterEach(() => expect(proxy.printed()).toBe(''))

  it('adds the secret, sends on nothing else of the request, and passes the reply back', async () => {
    const headers = { cookie: 'session=1', 'x-own': '1' }
    const response = await post(proxy.address, form, { headers })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual(tokens)
    expect(response.headers.get('access-control-allow-origin')).toBe(pageOrigin)
    expect(response.headers.get('cache-control')).toBe('no-store')
    const [{ method, url, headers: sent, body } = {}, ...others] = upstream.received
    expect(others).toEqual([])
    expect([method, url]).toEqual(['POST', '/oauth/token'])
    expect(JSON.parse(body ?? '')).toEqual({ ...form, client_secret: clientSecret })
    expect(Object.keys(sent ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(?:cookie|origin|x-own)$/)]),
    )
  })

  it('answers a preflight, and refuses what no page of the app sends', async () => {
    const statusOf = async (sending: Promise<Response>): Promise<number> => {
      const response = await sending
      await response.text()
      return response.status
    }
    const preflight = {
      method: 'OPTIONS',
      headers: { origin: pageOrigin, 'access-control-request-method': 'POST' },
    }
    expect(await statusOf(fetch(proxy.address, preflight))).toBe(204)
    const foreign = { headers: { origin: 'https://evil.example' } }
    expect(await statusOf(post(proxy.address, form, foreign))).toBe(403)
    expect(await statusOf(fetch(proxy.address, { headers: { origin: pageOrigin } }))).toBe(405)
    expect(await statusOf(post(proxy.address, { ...form, more: 'x'.repeat(140_000) }))).toBe(413)
    expect(await statusOf(post(proxy.address, { ...form, grant_type: 'password' }))).toBe(400)
    expect(upstream.received).toEqual([])
  })

  it('passes a refusal back, unpacked, with the time to wait', async () => {
    upstream.reply = (response) => {
      const type = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
      response.writeHead(429, { ...type, 'retry-after': '7' })
      response.end(gzipSync('{"error":"slow_down"}'))
    }
    const response = await post(proxy.address, form)
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('7')
    expect(await response.json()).toEqual({ error: 'slow_down' })
  })

  it.each<[string, Upstream['reply']]>([
    ['a redirect', (response) => response.writeHead(307, { location: '/other' }).end()],
    ['the secret', replyJson(400, { error_description: `Not ${clientSecret}.` })],
    ['a cut connection', (response) => response.destroy()],
  ])('answers 502 where the vendor answers with %s', async (_, reply) => {
    upstream.reply = reply
    const response = await post(proxy.address, form)
    expect(response.status).toBe(502)
    expect(await response.text()).not.toContain('s3cr')
    expect(upstream.received.map(({ url }) => url)).not.toContain('/other')
  })

  it.each(leaving)('drops its request when the page has left, and goes on (%s)', async (how) => {
    upstream.reply = () => {}
    const next = upstream.next()
    const headers = { origin: pageOrigin, 'content-type': 'application/x-www-form-urlencoded' }
    const left = sendRaw(proxy.address, { headers }, (request) => {
      request.end(new URLSearchParams(form).toString())
      void next.then(() => request.socket?.[how]())
    })
    await expect(left).rejects.toThrow()
    await (
      await next
    ).over
    upstream.reply = replyJson(200, tokens)
    expect((await post(proxy.address, form)).status).toBe(200)
  })

  it('answers many requests, whatever becomes of the signals of those before', async () => {
    const statuses: number[] = []
    for (let round = 0; round < 3; round++) {
      const responses = await Promise.all(
        Array.from({ length: 20 }, () => post(proxy.address, form)),
      )
      for (const response of responses) {
        expect(await response.json()).toEqual(tokens)
        statuses.push(response.status)
      }
    }
    expect(statuses).toEqual(Array.from({ length: 60 }, () => 200))
    expect(upstream.received).toHaveLength(60)
  })
})
