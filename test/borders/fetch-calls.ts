import * as fc from 'fast-check'

const bytes = (): Uint8Array<ArrayBuffer> => new TextEncoder().encode('some bytes')

function form(): FormData {
  const data = new FormData()
  data.append('a', '1')
  data.append('a', 'ä')
  data.append('file', new File(['content'], 'näme.txt', { type: 'text/plain' }))
  return data
}

function locked(): ReadableStream {
  const stream = new Blob(['stream']).stream()
  stream.getReader()
  return stream
}

const bodies: Readonly<Record<string, () => BodyInit | null | undefined>> = {
  undefined: () => undefined,
  null: () => null,
  text: () => 'text',
  'empty text': () => '',
  URLSearchParams: () => new URLSearchParams('a=1&b=x+y'),
  FormData: form,
  Blob: () => new Blob(['blob']),
  'Blob with a type': () => new Blob(['{}'], { type: 'application/json' }),
  ArrayBuffer: () => bytes().buffer,
  'typed array': bytes,
  'part of a buffer': () => new Uint16Array(bytes().buffer, 2, 3),
  DataView: () => new DataView(bytes().buffer, 1),
  stream: () => new Blob(['stream']).stream(),
  'locked stream': locked,
}

const headers: Readonly<Record<string, () => HeadersInit | null | undefined>> = {
  undefined: () => undefined,
  null: () => null,
  record: () => ({ Accept: 'text/plain', 'X-Own': '1' }),
  pairs: () => [
    ['x-own', '1'],
    ['X-Own', '2'],
  ],
  Headers: () => new Headers({ 'content-type': 'application/vnd.own', 'x-own': '1' }),
  authorization: () => ({ Authorization: 'Bearer old' }),
  'not headers': () => ({ 'not a name': '1' }),
}

function mostly<T>(usual: readonly T[], others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  )
}

/** What an init may hold; bodies, headers and signals by name, because each call needs its own. */
type Description = Readonly<Record<string, unknown>> & {
  readonly headers?: string
  readonly body?: string
  readonly signal?: string
}

const anyInit: fc.Arbitrary<Description> = fc.record(
  {
    method: mostly(['POST', 'put', 'DELETE'], ['GET', 'HEAD', 'a b']),
    headers: mostly(['record', 'pairs', 'Headers'], Object.keys(headers)),
    body: fc.constantFrom('stream', 'stream', ...Object.keys(bodies)),
    signal: mostly(['own'], ['null', 'undefined', 'time is up']),
    mode: fc.constantFrom('cors', 'same-origin', undefined),
    credentials: fc.constantFrom('omit', 'include', undefined),
    cache: fc.constantFrom('no-store', 'reload', undefined),
    redirect: fc.constantFrom('follow', 'manual', 'error', undefined),
    referrer: fc.constantFrom('', 'about:client', 'https://app.example/page?a#b'),
    referrerPolicy: fc.constantFrom('no-referrer', 'unsafe-url', 'origin', undefined),
    keepalive: fc.boolean(),
    unknown: fc.constant(1),
  },
  { requiredKeys: [] },
)

/** A call of fetch, as plain data, so that it can be made again and again. */
export interface Call {
  readonly path: string
  readonly as: 'string' | 'URL' | 'Request'
  /** What the Request is made with, and what becomes of it before it is passed. */
  readonly request: Description
  readonly state: 'fresh' | 'used' | 'locked'
  readonly init: Description | undefined
  readonly initAs: 'plain' | 'inherited' | 'Request'
  readonly abort: {
    readonly when: 'never' | 'before' | 'at once' | 'on arrival' | 'on the response'
    readonly whose: 'request' | 'init'
  }
}

export const anyCall: fc.Arbitrary<Call> = fc.record({
  path: fc.constantFrom('api/orders?a=ä#part', 'api/orders', 'api/moved', 'other/orders'),
  as: fc.constantFrom('string', 'URL', 'Request'),
  request: anyInit,
  state: mostly(['fresh'], ['used', 'locked']),
  init: fc.oneof({ weight: 6, arbitrary: anyInit }, fc.constantFrom({}, undefined)),
  initAs: fc.constantFrom('plain', 'plain', 'inherited', 'Request'),
  abort: fc.record({
    when: mostly(['never'], ['before', 'at once', 'on arrival', 'on the response']),
    whose: fc.constantFrom('request', 'init'),
  }),
})

/** The arguments of one call, and what the caller may do with them. */
export interface Arguments {
  readonly input: string | URL | Request
  readonly init: RequestInit | undefined
  readonly reason: Error
  abort(): void
  /** Whether the body of the Request is used up. */
  used(): boolean
  /** Changes all that can be changed. */
  change(): void
}

/** Rejects where not even the arguments can be made. */
export async function argumentsOf(call: Call, url: URL): Promise<Arguments> {
  const controllers = { request: new AbortController(), init: new AbortController() }
  const reason = new Error('aborted by the caller')
  const abort = (): void => controllers[call.abort.whose].abort(reason)
  if (call.abort.when === 'before') abort()
  const input = { string: () => url.href, URL: () => url, Request: () => makeRequest() }[call.as]()
  const own = call.init && made(call.init, controllers.init.signal)
  const init = own && shaped(own, call.initAs)

  function makeRequest(): Request {
    return new Request(url, made(call.request, controllers.request.signal))
  }
  if (input instanceof Request && call.state === 'used') await input.text()
  if (input instanceof Request && call.state === 'locked') input.body?.getReader()
  return {
    input,
    init,
    reason,
    abort,
    used: () => input instanceof Request && input.bodyUsed,
    change() {
      if (input instanceof URL) input.pathname = '/changed'
      if (input instanceof Request) input.headers.set('x-own', 'changed')
      if (!own) return
      const { body, headers: ownHeaders } = own
      if (body instanceof URLSearchParams) body.append('a', 'changed')
      // For a redirect the native fetch reads the form again.
      if (body instanceof FormData && call.path !== 'api/moved') body.append('a', 'changed')
      if (body instanceof ArrayBuffer) new Uint8Array(body).fill(0)
      if (ArrayBuffer.isView(body)) new Uint8Array(body.buffer).fill(0)
      if (ownHeaders instanceof Headers) ownHeaders.set('x-own', 'changed')
      Object.assign(own, { method: 'DELETE', headers: { 'x-own': 'changed' }, body: 'changed' })
    },
  }
}

function made(description: Description, signal: AbortSignal): RequestInit {
  const { headers: headersName, body: bodyName, signal: signalName, ...more } = description
  const signals: Readonly<Record<string, unknown>> = {
    own: signal,
    null: null,
    'time is up': AbortSignal.abort(new DOMException('', 'TimeoutError')),
  }
  return {
    ...(bodyName !== undefined && { method: 'POST', duplex: 'half' }),
    ...more,
    ...(headersName !== undefined && { headers: headers[headersName]?.() }),
    ...(bodyName !== undefined && { body: bodies[bodyName]?.() }),
    ...(signalName !== undefined && { signal: signals[signalName] }),
  } as RequestInit
}

function shaped(init: RequestInit, shape: Call['initAs']): RequestInit {
  if (shape === 'Request') return new Request('http://127.0.0.1/elsewhere', init)
  return shape === 'inherited' ? (Object.create(init) as RequestInit) : init
}
