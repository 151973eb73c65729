import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  clientId,
  clientSecret,
  pageOrigin,
  post,
  refreshForm,
  replyJson,
  startBoth,
  tokens,
} from './servers.ts'

describe('what the vendor is sent', () => {
  it('is the form with the client and its secret, and no header of the page', async () => {
    const { upstream, address } = await startBoth()
    const response = await post(`${address}?client_secret=mine`, refreshForm, {
      headers: {
        cookie: 'session=1',
        referer: `${pageOrigin}/x`,
        'x-forwarded-for': '192.0.2.1',
        'user-agent': 'page',
      },
    })
    expect(response.status).toBe(200)
    const [received] = upstream.received
    expect(received).toMatchObject({ method: 'POST', url: '/oauth/token' })
    expect(received?.headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    })
    for (const name of ['origin', 'cookie', 'referer', 'x-forwarded-for', 'authorization']) {
      expect(received?.headers).not.toHaveProperty(name)
    }
    expect(received?.headers['user-agent']).not.toBe('page')
    expect([...(received?.form ?? [])]).toEqual([
      ['grant_type', 'refresh_token'],
      ['refresh_token', 'rt-1'],
      ['client_id', clientId],
      ['client_secret', clientSecret],
    ])
  })

  it('with Basic are credentials in the header alone, each encoded as in a form', async () => {
    const { upstream, address } = await startBoth({ authentication: 'basic' })
    expect((await post(address)).status).toBe(200)
    const [received] = upstream.received
    const [scheme, value = ''] = (received?.headers.authorization ?? '').split(' ')
    expect(scheme).toBe('Basic')
    const [id, secret] = Buffer.from(value, 'base64').toString().split(':')
    expect(new URLSearchParams(`id=${id}&secret=${secret}`).get('id')).toBe(clientId)
    expect(new URLSearchParams(`id=${id}&secret=${secret}`).get('secret')).toBe(clientSecret)
    expect([...(received?.form.keys() ?? [])]).toEqual(['grant_type', 'refresh_token'])
  })

  it('with JSON is an object of strings', async () => {
    const { upstream, address } = await startBoth({ encoding: 'json' })
    expect((await post(address)).status).toBe(200)
    const [received] = upstream.received
    expect(received?.headers['content-type']).toBe('application/json')
    expect(JSON.parse(received?.body ?? '')).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'rt-1',
      client_id: clientId,
      client_secret: clientSecret,
    })
  })

  it('with JSON and Basic has the credentials in the header alone', async () => {
    const { upstream, address } = await startBoth({ encoding: 'json', authentication: 'basic' })
    expect((await post(address)).status).toBe(200)
    const [received] = upstream.received
    expect(received?.headers.authorization).toMatch(/^Basic /)
    expect(JSON.parse(received?.body ?? '')).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'rt-1',
    })
  })

  it.each([
    [
      'authorization_code',
      ['code', 'redirect_uri', 'code_verifier', 'resource', 'audience'],
      ['refresh_token', 'scope'],
    ],
    [
      'refresh_token',
      ['refresh_token', 'scope', 'resource', 'audience'],
      ['code', 'redirect_uri', 'code_verifier'],
    ],
  ])('for %s holds its parameters and no others', async (grant, own, others) => {
    const { upstream, address } = await startBoth()
    const names = [...own, ...others, 'username', '__proto__', 'x']
    const form = [['grant_type', grant], ...names.map((name) => [name, `the ${name}`])]
    expect((await post(address, new URLSearchParams(form).toString())).status).toBe(200)
    const sent = Object.fromEntries(upstream.received[0]?.form ?? [])
    expect(sent).toEqual({
      grant_type: grant,
      ...Object.fromEntries(own.map((name) => [name, `the ${name}`])),
      client_id: clientId,
      client_secret: clientSecret,
    })
  })

  it.each(['form', 'json'] as const)('as %s holds several resources', async (encoding) => {
    const { upstream, address } = await startBoth({ encoding })
    const resources = ['https://a.example', 'https://b.example', 'https://c.example']
    const form = new URLSearchParams(refreshForm)
    for (const resource of resources) form.append('resource', resource)
    expect((await post(address, form.toString())).status).toBe(200)
    const [received] = upstream.received
    const sent: unknown =
      encoding === 'json'
        ? (JSON.parse(received?.body ?? '') as { readonly resource: unknown }).resource
        : received?.form.getAll('resource')
    expect(sent).toEqual(resources)
  })

  it.each(['form', 'json'] as const)('as %s holds a refresh token of 64 kB', async (encoding) => {
    const { upstream, address } = await startBoth({ encoding })
    const long = randomBytes(49_152).toString('base64')
    const reply = { ...tokens, access_token: 'a'.repeat(65_536), refresh_token: long }
    upstream.reply = replyJson(200, reply)
    const response = await post(address, { ...refreshForm, refresh_token: long })
    expect(response.status).toBe(200)
    expect((await response.text()) === JSON.stringify(reply)).toBe(true)
    const [received] = upstream.received
    const sent: unknown =
      encoding === 'json'
        ? (JSON.parse(received?.body ?? '') as { readonly refresh_token: unknown }).refresh_token
        : received?.form.get('refresh_token')
    expect(sent === long).toBe(true)
  })

  it('is sent with the given fetch, called as a function of its own', async () => {
    const calls: unknown[] = []
    const { upstream, address } = await startBoth({
      fetch: function (this: unknown, input, init) {
        calls.push(this)
        return fetch(input, init)
      },
    })
    expect((await post(address)).status).toBe(200)
    expect(upstream.received).toHaveLength(1)
    expect(calls).toEqual([undefined])
  })
})

describe('what the page is answered', () => {
  it.each([
    [200, tokens],
    [201, tokens],
    [400, { message: 'Error validating grant.', error: 'invalid_grant', status: 400, cause: [] }],
    [401, { error: 'token_inactive' }],
    [403, { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' }],
    [404, {}],
    [429, { error: 'local_rate_limited' }],
    [500, { error: 'server_error' }],
    [503, { error: 'temporarily_unavailable' }],
  ])('is what the vendor answered: %d', async (status, body) => {
    const { upstream, address } = await startBoth()
    upstream.reply = replyJson(status, body, {
      'content-type': 'application/json;charset=UTF-8',
      'retry-after': '17',
      'x-retry-after': 'Wed, 21 Oct 2099 07:28:00 GMT',
    })
    const response = await post(address)
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual(body)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json;charset=UTF-8',
      'retry-after': '17',
      'x-retry-after': 'Wed, 21 Oct 2099 07:28:00 GMT',
      'access-control-allow-origin': pageOrigin,
      'access-control-expose-headers': 'retry-after, x-retry-after',
      'cache-control': 'no-store',
      vary: 'Origin',
      'x-content-type-options': 'nosniff',
    })
    expect(upstream.received).toHaveLength(1)
  })

  it('has no other header of the vendor', async () => {
    const { upstream, address } = await startBoth()
    const others = {
      'www-authenticate': 'Basic realm="vendor"',
      'set-cookie': 'vendor=1',
      'dpop-nonce': 'n-1',
      'cache-control': 'public, max-age=60',
      'access-control-allow-origin': '*',
      'access-control-allow-credentials': 'true',
      'x-ratelimit-reset': '17',
      'clear-site-data': '"*"',
      location: 'https://evil.example',
    }
    upstream.reply = replyJson(401, { error: 'invalid_client' }, others)
    const { headers } = await post(address)
    expect(headers.get('access-control-allow-origin')).toBe(pageOrigin)
    expect(headers.get('cache-control')).toBe('no-store')
    const { 'cache-control': _, 'access-control-allow-origin': __, ...absent } = others
    for (const name of Object.keys(absent)) expect([name, headers.get(name)]).toEqual([name, null])
  })

  it('is passed on byte by byte, whatever it is', async () => {
    const { upstream, address } = await startBoth()
    const bytes = Buffer.from([0xff, 0x00, 0xc3, 0x28, 0x0d, 0x0a])
    upstream.reply = (response) => response.writeHead(500).end(bytes)
    const response = await post(address)
    expect(response.headers.get('content-type')).toBeNull()
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes)
  })

  it('may be nothing', async () => {
    const { upstream, address } = await startBoth()
    upstream.reply = (response) => response.writeHead(204).end()
    const response = await post(address)
    expect([response.status, await response.text()]).toEqual([204, ''])
  })

  it.each([301, 302, 303, 307, 308])(
    'is a 502 for a redirect, which is not followed: %d',
    async (status) => {
      const { upstream, address } = await startBoth()
      upstream.reply = (response) =>
        response.writeHead(status, { location: upstream.tokenEndpoint }).end('moved')
      const response = await post(address)
      expect(response.headers.get('location')).toBeNull()
      expect(response.status).toBe(502)
      expect(await response.json()).toMatchObject({ error: 'server_error' })
      expect(upstream.received).toHaveLength(1)
    },
  )

  it('is a 502 for a redirect whose body does not come', async () => {
    const { upstream, address } = await startBoth()
    upstream.reply = (response) => {
      response.writeHead(302, { location: '/' })
      response.flushHeaders()
    }
    expect((await post(address)).status).toBe(502)
  })

  it('is a 502 for a redirect that cannot be looked into', async () => {
    const { address } = await startBoth({ fetch: () => Promise.resolve(Response.error()) })
    expect((await post(address)).status).toBe(502)
  })

  it.each([
    ['of 1 MiB passes', 1_048_576, 200],
    ['of more is a 502', 1_048_577, 502],
  ])('if %s', async (_, bytes, status) => {
    const { upstream, address } = await startBoth()
    upstream.reply = (response) => response.writeHead(200).end(Buffer.alloc(bytes, 'x'))
    const response = await post(address)
    await response.arrayBuffer()
    expect(response.status).toBe(status)
  })

  it('is a 502 for a reply without an end, and the rest of it is not read', async () => {
    const { upstream, address } = await startBoth()
    upstream.reply = (response) => {
      response.writeHead(200)
      const more = (): void => {
        while (response.writable && response.write(Buffer.alloc(65_536, 'x')));
        response.once('drain', more)
      }
      more()
    }
    const { status } = await post(address)
    expect(status).toBe(502)
    await upstream.received[0]?.over
  })
})
