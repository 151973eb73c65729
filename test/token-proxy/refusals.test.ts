import { describe, expect, it } from 'vitest'
import {
  clientId,
  pageOrigin,
  post,
  refreshForm,
  sendRaw,
  startBoth,
  type RawReply,
} from './servers.ts'

const formType = 'application/x-www-form-urlencoded'

async function errorOf(response: Response): Promise<readonly [number, unknown]> {
  const { error } = (await response.json()) as { readonly error: unknown }
  return [response.status, error]
}

function errorIn({ status, body }: RawReply): readonly [number, unknown] {
  return [status, (JSON.parse(body) as { readonly error: unknown }).error]
}

/** A form of so many bytes in all. */
function formOf(bytes: number): string {
  const start = 'grant_type=refresh_token&refresh_token='
  return start.padEnd(bytes, 'r')
}

describe('a method other than POST', () => {
  it.each(['GET', 'PUT', 'DELETE', 'PATCH'])('is refused: %s', async (method) => {
    const { upstream, address } = await startBoth()
    const response = await fetch(`${address}?grant_type=refresh_token&refresh_token=rt-1`, {
      method,
      headers: { origin: pageOrigin },
    })
    expect(response.headers.get('allow')).toBe('POST, OPTIONS')
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await errorOf(response)).toEqual([405, 'invalid_request'])
    expect(upstream.received).toEqual([])
  })
})

it('answers a method that the Fetch standard forbids', async () => {
  const { upstream, address } = await startBoth()
  const headers = { origin: pageOrigin }
  const reply = await sendRaw(address, { method: 'TRACE', headers }, (request) => request.end())
  expect(reply.status).toBe(400)
  expect(upstream.received).toEqual([])
})

describe('the origin', () => {
  it.each([
    ['a foreign one', 'https://evil.example'],
    ['one that begins alike', `${pageOrigin}.evil.example`],
    ['one that ends alike', 'https://evil-app.example.com'],
    ['another scheme', 'http://app.example.com'],
    ['another port', `${pageOrigin}:8443`],
    ['a slash at the end', `${pageOrigin}/`],
    ['capital letters', 'https://APP.example.com'],
    ['null', 'null'],
    ['two', `${pageOrigin}, https://evil.example`],
    ['an empty one', ''],
  ])('is refused when it is not the allowed one: %s', async (_, origin) => {
    const { upstream, address } = await startBoth()
    const response = await post(address, refreshForm, { headers: { origin } })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect(response.headers.get('access-control-expose-headers')).toBeNull()
    expect(response.headers.get('vary')).toBe('Origin')
    expect(await errorOf(response)).toEqual([403, 'unauthorized_client'])
    expect(upstream.received).toEqual([])
  })

  it('is required', async () => {
    const { upstream, address } = await startBoth()
    const response = await fetch(address, {
      method: 'POST',
      body: new URLSearchParams(refreshForm),
    })
    expect(await errorOf(response)).toEqual([403, 'unauthorized_client'])
    expect(upstream.received).toEqual([])
  })

  it('may be any one of several', async () => {
    const other = 'http://localhost:5173'
    const { address } = await startBoth({ allowedOrigins: [pageOrigin, other] })
    for (const origin of [pageOrigin, other]) {
      const response = await post(address, refreshForm, { headers: { origin } })
      expect(response.status).toBe(200)
      expect(response.headers.get('access-control-allow-origin')).toBe(origin)
    }
  })
})

describe('a preflight', () => {
  function ask(address: string, origin: string): Promise<RawReply> {
    const headers = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,dpop',
    }
    return sendRaw(address, { method: 'OPTIONS', headers }, (request) => request.end())
  }

  it('is answered to an allowed origin', async () => {
    const { upstream, address } = await startBoth()
    const { status, headers, body } = await ask(address, pageOrigin)
    expect(status).toBe(204)
    expect(body).toBe('')
    expect(headers).toMatchObject({
      'access-control-allow-origin': pageOrigin,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type, dpop',
      'access-control-max-age': '7200',
      vary: 'Origin',
    })
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
    expect(upstream.received).toEqual([])
  })

  it('is refused to any other', async () => {
    const { address } = await startBoth()
    const { status, headers } = await ask(address, 'https://evil.example')
    expect(status).toBe(403)
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})

describe('a request', () => {
  it.each<[string, RequestInit, readonly [number, string]]>([
    ['JSON', { headers: { 'content-type': 'application/json' } }, [415, 'invalid_request']],
    ['a longer type', { headers: { 'content-type': `${formType}-x` } }, [415, 'invalid_request']],
    ['no type', { headers: { 'content-type': '' } }, [415, 'invalid_request']],
    [
      'an Authorization header',
      { headers: { authorization: 'Basic eDp5' } },
      [400, 'invalid_request'],
    ],
    ['a DPoP proof', { headers: { dpop: 'e30.e30.e30' } }, [400, 'unauthorized_client']],
  ])('is refused when it has %s', async (_, init, refusal) => {
    const { upstream, address } = await startBoth()
    const response = await post(address, refreshForm, init)
    expect(response.headers.get('access-control-allow-origin')).toBe(pageOrigin)
    expect(await errorOf(response)).toEqual(refusal)
    expect(upstream.received).toEqual([])
  })

  const form = new URLSearchParams(refreshForm).toString()
  it.each<[string, string | Uint8Array<ArrayBuffer>, string]>([
    ['no body', '', 'invalid_request'],
    ['no grant_type', 'refresh_token=rt-1', 'invalid_request'],
    ['an empty grant_type', 'grant_type=&refresh_token=rt-1', 'invalid_request'],
    ['the password grant', 'grant_type=password&username=u', 'unsupported_grant_type'],
    ['client credentials', 'grant_type=client_credentials', 'unsupported_grant_type'],
    ['the name of a member of every object', 'grant_type=toString', 'unsupported_grant_type'],
    ['a repeated grant_type', `${form}&grant_type=refresh_token`, 'invalid_request'],
    ['a repeated refresh_token', `${form}&refresh_token=rt-2`, 'invalid_request'],
    ['a repeated unknown parameter', `${form}&x=1&x=2`, 'invalid_request'],
    ['a secret of its own', `${form}&client_secret=mine`, 'invalid_request'],
    ['an assertion', `${form}&client_assertion=e30.e30.e30`, 'invalid_request'],
    ['a type of assertion', `${form}&client_assertion_type=urn%3Ax`, 'invalid_request'],
    ['another client_id', 'grant_type=refresh_token&client_id=other', 'invalid_client'],
    ['bytes that are not UTF-8', new Uint8Array([0x61, 0x3d, 0xff]), 'invalid_request'],
  ])('is refused when it has %s', async (_, body, error) => {
    const { upstream, address } = await startBoth()
    expect(await errorOf(await post(address, body))).toEqual([400, error])
    expect(upstream.received).toEqual([])
  })

  it('is refused when its grant is not among the allowed ones', async () => {
    const { upstream, address } = await startBoth({ allowedGrants: ['refresh_token'] })
    const code = { grant_type: 'authorization_code', code: 'c-1', client_id: clientId }
    expect(await errorOf(await post(address, code))).toEqual([400, 'unsupported_grant_type'])
    expect((await post(address)).status).toBe(200)
    expect(upstream.received).toHaveLength(1)
  })

  it.each([
    ['no client_id', { grant_type: 'refresh_token', refresh_token: 'rt-1' }],
    ['a client_secret without a value', { ...refreshForm, client_secret: '' }],
  ])('passes with %s', async (_, body) => {
    const { upstream, address } = await startBoth()
    expect((await post(address, body)).status).toBe(200)
    expect(upstream.received).toHaveLength(1)
  })
})

describe('the body', () => {
  const headers = { origin: pageOrigin, 'content-type': formType }

  it('passes up to the limit, and not beyond', async () => {
    const { upstream, address } = await startBoth({ maxBodyBytes: 1_000 })
    expect((await post(address, formOf(1_000))).status).toBe(200)
    expect(await errorOf(await post(address, formOf(1_001)))).toEqual([413, 'invalid_request'])
    expect(upstream.received).toHaveLength(1)
  })

  it('is 128 kB at most by default', async () => {
    const { upstream, address } = await startBoth()
    expect((await post(address, formOf(131_072))).status).toBe(200)
    expect((await post(address, formOf(131_073))).status).toBe(413)
    expect(upstream.received).toHaveLength(1)
  })

  it('is counted as it comes when its length is not given', async () => {
    const { upstream, address } = await startBoth({ maxBodyBytes: 1_000 })
    const small = sendRaw(address, { headers }, (request) => {
      request.write(formOf(500))
      request.end('r'.repeat(500))
    })
    expect((await small).status).toBe(200)
    const large = await sendRaw(address, { headers }, (request) => {
      request.write(formOf(500))
      request.end('r'.repeat(501))
    })
    expect(errorIn(large)).toEqual([413, 'invalid_request'])
    expect(upstream.received).toHaveLength(1)
  })

  it('is answered before its end when it is too large', async () => {
    const { upstream, address } = await startBoth({ maxBodyBytes: 1_000 })
    const endless = await sendRaw(address, { headers }, (request) => {
      request.write(formOf(2_000))
    })
    expect(errorIn(endless)).toEqual([413, 'invalid_request'])
    expect(upstream.received).toEqual([])
  })

  it('is not waited for when its length is said to be too large', async () => {
    const { upstream, address } = await startBoth({ maxBodyBytes: 1_000 })
    const lying = { ...headers, 'content-length': '5000' }
    const reply = await sendRaw(address, { headers: lying }, (request) => {
      request.write(formOf(10))
    })
    expect(errorIn(reply)).toEqual([413, 'invalid_request'])
    expect(upstream.received).toEqual([])
  })

  it('lets a client that writes much more read the answer all the same', async () => {
    const { address } = await startBoth()
    const reply = await sendRaw(address, { headers }, (request) => {
      request.end(Buffer.alloc(8 * 1_048_576, 'r'))
    })
    expect(errorIn(reply)).toEqual([413, 'invalid_request'])
  })

  it('that never ends is given up in time', async () => {
    const { upstream, address } = await startBoth({ timeoutMs: 100 })
    const reply = await sendRaw(address, { headers }, (request) => {
      request.write('grant_type=')
    })
    expect(errorIn(reply)).toEqual([408, 'invalid_request'])
    expect(upstream.received).toEqual([])
  })
})
