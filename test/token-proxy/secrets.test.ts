import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createTokenProxy, type TokenProxyOptions } from '../../src/token-proxy/index.ts'
import { everythingIn } from '../support/everything-in.ts'
import {
  clientId,
  clientSecret,
  pageOrigin,
  post,
  refreshForm,
  replyJson,
  seen,
  startBoth,
} from './servers.ts'

const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
const encoded = new URLSearchParams([[clientId, clientSecret]]).toString().replace('=', ':')
const encodedBasic = Buffer.from(encoded).toString('base64')
const inForm = new URLSearchParams({ client_secret: clientSecret }).toString()
const inHtml = clientSecret.replaceAll(/[&"<>]/g, (letter) => `&#${letter.charCodeAt(0)};`)

/** The secret in every form that this test knows; what it finds does not go through the code it tests. */
const traces: readonly string[] = [
  clientSecret,
  JSON.stringify(clientSecret).slice(1, -1),
  encodeURIComponent(clientSecret),
  inForm.slice(inForm.indexOf('=') + 1),
  Buffer.from(clientSecret).toString('base64'),
  basic,
  encodedBasic,
  inHtml,
]

/** Everything that is written to the console or the standard streams until the test is over. */
function watchOutput(): () => string {
  const written: unknown[] = []
  const note = (...values: readonly unknown[]): boolean => written.push(values) > 0
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(note),
    vi.spyOn(process.stderr, 'write').mockImplementation(note),
    ...(['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(note),
    ),
  ]
  onTestFinished(() => spies.forEach((spy) => spy.mockRestore()))
  return () => everythingIn(written)
}

function expectNoTrace(text: string): void {
  for (const trace of traces) expect(text).not.toContain(trace)
}

const entities: Readonly<Record<string, string>> = {
  '&': 'amp',
  '/': 'sol',
  '"': 'quot',
  '+': 'plus',
  '=': 'equals',
  '%': 'percnt',
  '<': 'lt',
  '>': 'gt',
  '\\': 'bsol',
}
const inNamedHtml = clientSecret.replaceAll(/[&/"+=%<>\\]/g, (sign) => `&${entities[sign]};`)

describe('a reply that holds the secret', () => {
  const places: readonly [string, string][] = [
    ['as it is', clientSecret],
    ['in JSON', JSON.stringify({ error: 'invalid_client', error_description: clientSecret })],
    ['as the name of a member', JSON.stringify({ [clientSecret]: 1 })],
    [
      'in JSON with everything escaped',
      `{"error":"${Array.from(clientSecret, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"}`,
    ],
    [
      'in JSON with slashes escaped',
      JSON.stringify({ message: `sent: ${clientSecret}` }).replaceAll('/', '\\/'),
    ],
    ['in JSON in JSON', JSON.stringify({ sent: JSON.stringify({ secret: clientSecret }) })],
    ['in a form', inForm],
    ['in a form with small letters', inForm.replaceAll(/%../g, (code) => code.toLowerCase())],
    ['in a URL', `https://vendor.example/?s=${encodeURIComponent(clientSecret)}`],
    [
      'in a URL in JSON',
      JSON.stringify({
        error_uri: `https://vendor.example/?s=${encodeURIComponent(clientSecret)}`,
      }),
    ],
    ['in HTML', `<p title="${inHtml}">`],
    [
      'in HTML with names',
      `<p>${clientSecret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')}</p>`,
    ],
    ['in HTML with names for all that have one', `<p>${inNamedHtml}</p>`],
    ['in base64', `{"secret":"${Buffer.from(clientSecret).toString('base64')}"}`],
    ['in base64url', Buffer.from(clientSecret).toString('base64url')],
    ['as Basic credentials', `{"authorization":"Basic ${basic}"}`],
    ['as encoded Basic credentials', `Authorization: Basic ${encodedBasic}`],
  ]

  it.each(places)('is replaced by a 502: %s', async (_, body) => {
    const output = watchOutput()
    const { upstream, address } = await startBoth()
    for (const status of [200, 400, 500]) {
      upstream.reply = (response) => response.writeHead(status).end(body)
      const text = await seen(await post(address))
      expect(text).toContain('502')
      expect(text).toContain('server_error')
      expectNoTrace(text)
    }
    expectNoTrace(output())
  })

  it.each(['retry-after', 'x-retry-after', 'content-type'])(
    'in %s is replaced as well',
    async (name) => {
      const { upstream, address } = await startBoth({ clientSecret: 'secret-in-header' })
      upstream.reply = replyJson(429, {}, { [name]: 'secret-in-header' })
      const text = await seen(await post(address))
      expect(text).toContain('502')
      expect(text).not.toContain('secret-in-header')
    },
  )

  it.each([
    ['by three hands', 'a<b', String.raw`{"sent":"a\u002526lt\u00253bb"}`],
    ['in JSON, control letters included', 'a\b\f\n\r\tb', JSON.stringify({ sent: 'a\b\f\n\r\tb' })],
    ['but for what looks like an entity', 'a&foo;<b', 'sent: a&foo;&lt;b'],
  ])('is found where it is escaped %s', async (_, secret, body) => {
    const { upstream, address } = await startBoth({ clientSecret: secret })
    upstream.reply = (response) => response.writeHead(400).end(body)
    expect(await seen(await post(address))).toContain('502')
  })

  it('is found with letters in it that take no room', async () => {
    const { upstream, address } = await startBoth({ clientSecret: 'a\u{FEFF}b' })
    upstream.reply = (response) => response.writeHead(400).end('sent=a%EF%BB%BFb')
    const text = await seen(await post(address))
    expect(text).toContain('502')
    expect(text).not.toContain('a%EF%BB%BFb')
  })

  it('in a header that is not passed on does no harm', async () => {
    const { upstream, address } = await startBoth({ clientSecret: 'secret-in-header' })
    upstream.reply = replyJson(400, { error: 'invalid_client' }, { 'x-sent': 'secret-in-header' })
    const response = await post(address)
    expect(response.status).toBe(400)
    expect(await seen(response)).not.toContain('secret-in-header')
  })

  it('is replaced when it repeats the whole request', async () => {
    for (const authentication of ['post', 'basic'] as const) {
      for (const encoding of ['form', 'json'] as const) {
        const { upstream, address } = await startBoth({ authentication, encoding })
        upstream.reply = (response, { headers, body }) =>
          replyJson(400, { error: 'invalid_request', headers, body })(response, {} as never)
        const text = await seen(await post(address))
        expect(text).toContain('502')
        expectNoTrace(text)
      }
    }
  })

  it('is not mistaken: the client identifier and parts of the secret pass', async () => {
    const { upstream, address } = await startBoth()
    const body = {
      error: 'invalid_client',
      error_description: `${clientId} s3cr&t 100% %zz \\q &x;`,
    }
    upstream.reply = replyJson(400, body)
    const response = await post(address)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual(body)
  })
})

describe('the secret', () => {
  function proxyWith(fetch: TokenProxyOptions['fetch']): (request: Request) => Promise<Response> {
    return createTokenProxy({
      tokenEndpoint: 'https://vendor.example/token',
      clientId,
      clientSecret,
      allowedOrigins: [pageOrigin],
      fetch,
    })
  }

  function bodyOf(init: RequestInit | undefined): string {
    return typeof init?.body === 'string' ? init.body : ''
  }

  function request(): Request {
    return new Request('https://app.example.com/oauth/token', {
      method: 'POST',
      headers: { origin: pageOrigin },
      body: new URLSearchParams(refreshForm),
    })
  }

  it.each<[string, TokenProxyOptions['fetch'], number]>([
    [
      'rejects',
      (_, init) => Promise.reject(new Error(`cannot send ${bodyOf(init)}`, { cause: init })),
      502,
    ],
    [
      'throws',
      (_, init) => {
        throw new Error(bodyOf(init))
      },
      502,
    ],
    [
      'has a body that breaks with it',
      (_, init) =>
        Promise.resolve(
          new Response(
            new ReadableStream({ start: (stream) => stream.error(new Error(bodyOf(init))) }),
          ),
        ),
      502,
    ],
    ['gives no response', () => Promise.resolve(undefined as never), 502],
  ])('does not come out when the fetch %s', async (_, fetch, status) => {
    const output = watchOutput()
    const response = await proxyWith(fetch)(request())
    expect(response.status).toBe(status)
    expectNoTrace(await seen(response))
    expectNoTrace(output())
  })

  it('does not come out when something fails that cannot fail', async () => {
    const output = watchOutput()
    const broken = request()
    await broken.text()
    const answers = [
      await proxyWith(fetch)(broken),
      await proxyWith(fetch)({} as Request),
      await proxyWith(fetch)(undefined as never),
    ]
    for (const response of answers) expectNoTrace(await seen(response))
    expect(answers.map(({ status }) => status)).toEqual([400, 405, 500])
    expectNoTrace(output())
  })

  it('is in no answer and no output of any refusal', async () => {
    const output = watchOutput()
    const { upstream, address } = await startBoth()
    upstream.reply = replyJson(400, { error: 'invalid_client' })
    const form = new URLSearchParams(refreshForm).toString()
    const responses = await Promise.all([
      fetch(address),
      fetch(address, { method: 'OPTIONS', headers: { origin: pageOrigin } }),
      post(address),
      post(address, refreshForm, { headers: { origin: 'https://evil.example' } }),
      post(address, refreshForm, { headers: { 'content-type': 'text/plain' } }),
      post(address, refreshForm, { headers: { authorization: `Basic ${basic}` } }),
      post(address, `${form}&${inForm}`),
      post(address, `${form}&scope=${'x'.repeat(200_000)}`),
      post(address, 'grant_type=password'),
    ])
    expect(responses.map(({ status }) => status)).toEqual([
      405, 204, 400, 403, 415, 400, 400, 413, 400,
    ])
    for (const response of responses) expectNoTrace(await seen(response))
    expect(upstream.received).toHaveLength(1)
    expectNoTrace(output())
  })

  it('is not in the handler', () => {
    expectNoTrace(everythingIn(proxyWith(fetch)))
    expectNoTrace(String(proxyWith(fetch)))
  })
})
