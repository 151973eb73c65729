import { describe, expect, it } from 'vitest'
import { prepareRequest, readTarget } from '../../src/http/request-replay.ts'
import { createApi, type SentRequest } from './api-double.ts'

const url = 'https://api.example/orders'

async function sendTwice(
  input: Request | string,
  init?: RequestInit,
  between: () => void = () => {},
): Promise<readonly SentRequest[]> {
  const { fetch, sent } = createApi()
  const request = prepareRequest(fetch, input, init)
  expect(request.canReplay).toBe(true)
  between()
  request.headers.set('attempt', '1')
  await request.send()
  request.headers.set('attempt', '2')
  await request.send()
  return sent
}

describe('prepareRequest: a body', () => {
  const bytes = (): Uint8Array<ArrayBuffer> => new TextEncoder().encode('body')

  it.each<[string, () => BodyInit, string]>([
    ['text', () => 'body', 'body'],
    ['empty text', () => '', ''],
    ['URLSearchParams', () => new URLSearchParams({ a: '1', b: 'x y' }), 'a=1&b=x+y'],
    ['a Blob', () => new Blob(['body']), 'body'],
    ['an ArrayBuffer', () => bytes().buffer, 'body'],
    ['a typed array', bytes, 'body'],
    ['a part of a buffer', () => new Uint8Array(bytes().buffer, 1, 2), 'od'],
    ['a DataView', () => new DataView(bytes().buffer, 1), 'ody'],
  ])('of %s is sent the same both times', async (_, create, text) => {
    const sent = await sendTwice(url, { method: 'POST', body: create() })
    expect(sent.map((request) => request.text)).toEqual([text, text])
    const [first, second] = sent.map(({ headers }) => headers.get('content-type'))
    expect(first).toBe(second)
  })

  it('of a FormData is sent the same both times, files included', async () => {
    const body = new FormData()
    body.append('a', '1')
    body.append('a', '2')
    body.append('file', new File(['content'], 'name.txt', { type: 'text/plain' }))
    const sent = await sendTwice(url, { method: 'POST', body })
    expect(sent).toHaveLength(2)
    for (const { text } of sent) {
      expect(text.match(/name="a"/g)).toHaveLength(2)
      expect(text).toContain('filename="name.txt"')
      expect(text).toContain('content')
    }
  })

  it('is sent as it was when it was handed over, whatever the caller does with it then', async () => {
    const typed = bytes()
    const { buffer } = bytes()
    const parameters = new URLSearchParams({ a: '1' })
    const form = new FormData()
    form.append('a', 'first')
    const bodies: readonly (readonly [BodyInit, () => void, string])[] = [
      [typed, () => typed.fill(0), 'body'],
      [buffer, () => new Uint8Array(buffer).fill(0), 'body'],
      [parameters, () => parameters.set('a', '2'), 'a=1'],
      [form, () => form.set('a', 'second'), 'first'],
    ]
    for (const [body, change, text] of bodies) {
      const sent = await sendTwice(url, { method: 'POST', body }, change)
      for (const request of sent) expect(request.text).toContain(text)
    }
  })

  it.each<[string, () => BodyInit]>([
    ['a stream', () => new Blob(['body']).stream()],
    [
      'an async iterable',
      // Node takes it, though the type does not say so.
      () =>
        (async function* () {
          yield new TextEncoder().encode('body')
        })() as unknown as BodyInit,
    ],
  ])('of %s is sent once', async (_, create) => {
    const { fetch, sent } = createApi()
    const init = { method: 'POST', body: create(), duplex: 'half' }
    const request = prepareRequest(fetch, url, init)
    expect(request.canReplay).toBe(false)
    await request.send()
    expect(sent.map(({ text }) => text)).toEqual(['body'])
  })
})

describe('prepareRequest: a stream', () => {
  it('is sent once also where the engine’s streams are no async iterables', () => {
    const stream = new Blob(['body']).stream()
    // As in engines without the method, whose streams have but a reader.
    const body = { getReader: () => stream.getReader() } as unknown as BodyInit
    const { canReplay } = prepareRequest(createApi().fetch, url, { method: 'POST', body })
    expect(canReplay).toBe(false)
  })
})

describe('prepareRequest: a Request', () => {
  it('is sent the same both times, with its body', async () => {
    const body = JSON.stringify({ a: 1 })
    const request = new Request(url, {
      method: 'PUT',
      body,
      headers: { 'content-type': 'application/json' },
    })
    const sent = await sendTwice(request)
    expect(sent.map(({ method, text }) => [method, text])).toEqual([
      ['PUT', body],
      ['PUT', body],
    ])
    expect(sent[1]?.headers.get('content-type')).toBe('application/json')
  })

  it('is sent the same both times, with a stream for a body', async () => {
    const init = { method: 'POST', body: new Blob(['body']).stream(), duplex: 'half' }
    const sent = await sendTwice(new Request(url, init))
    expect(sent.map(({ text }) => text)).toEqual(['body', 'body'])
  })

  it('is used up at once, as by fetch, and keeps its headers', () => {
    const request = new Request(url, { method: 'POST', body: 'body' })
    const { headers } = prepareRequest(createApi().fetch, request, undefined)
    headers.set('authorization', 'Bearer a')
    expect(request.bodyUsed).toBe(true)
    expect([...request.headers.keys()]).toEqual(['content-type'])
  })

  it.each<[string, RequestInit | undefined]>([
    ['by itself', undefined],
    ['beside an init that says nothing', {}],
    // As HTTP clients pass on the options of other runtimes.
    ['beside an init that says nothing to fetch', { next: 1 } as RequestInit],
  ])('keeps its referrer to itself if it said so, %s', async (_, init) => {
    const { fetch } = createApi()
    const seen: string[] = []
    const watch: typeof globalThis.fetch = (input, given) => {
      const { referrerPolicy, referrer } = new Request(input, given)
      seen.push(referrerPolicy, referrer)
      return fetch()(input, given)
    }
    const request = new Request(url, { referrerPolicy: 'no-referrer', referrer: '' })
    await prepareRequest(() => watch, request, init).send('error')
    expect(seen).toEqual(['no-referrer', ''])
  })

  it('gives way to what init says', async () => {
    const abort = new AbortController()
    const request = new Request(url, {
      method: 'POST',
      body: 'of the request',
      headers: { accept: 'text/plain', 'x-of-request': '1' },
    })
    const { fetch } = createApi()
    const init = {
      method: 'PUT',
      body: 'of init',
      headers: { accept: 'text/html' },
      signal: abort.signal,
    }
    const prepared = prepareRequest(fetch, request, init)
    expect(prepared.method).toBe('PUT')
    abort.abort('of init')
    expect(prepared.signal?.reason).toBe('of init')
    expect(prepared.headers.get('accept')).toBe('text/html')
    expect(prepared.headers.has('x-of-request')).toBe(false)
    const sent = await sendTwice(request.clone(), { ...init, signal: null })
    expect(sent.map(({ method, text }) => [method, text])).toEqual([
      ['PUT', 'of init'],
      ['PUT', 'of init'],
    ])
  })

  it('has its own method, headers and signal where init says nothing', () => {
    const abort = new AbortController()
    const { signal } = abort
    const headers = { accept: 'text/plain' }
    const request = new Request(url, { method: 'DELETE', headers, signal })
    const prepared = prepareRequest(createApi().fetch, request, { cache: 'no-store' })
    expect(prepared.method).toBe('DELETE')
    abort.abort('of the request')
    expect(prepared.signal?.reason).toBe('of the request')
    expect(Object.fromEntries(prepared.headers)).toEqual({ accept: 'text/plain' })
  })

  it('is not aborted any more by its own signal where init says so', () => {
    const request = new Request(url, { signal: AbortSignal.abort() })
    const { signal } = prepareRequest(createApi().fetch, request, { signal: null })
    expect(signal?.aborted).not.toBe(true)
  })

  it('that was used up is refused, as by fetch', async () => {
    const request = new Request(url, { method: 'POST', body: 'body' })
    await request.text()
    expect(() => prepareRequest(createApi().fetch, request, undefined)).toThrow(TypeError)
  })
})

describe('prepareRequest: init', () => {
  it('is passed on, but for what is ours', async () => {
    const { fetch, sent } = createApi()
    const init: RequestInit = { cache: 'no-store', credentials: 'include', redirect: 'manual' }
    const request = prepareRequest(fetch, url, init)
    request.headers.set('authorization', 'Bearer a')
    await request.send()
    request.headers.set('authorization', 'Bearer b')
    await request.send('error')
    expect(sent[0]?.init).toMatchObject(init)
    expect(sent.map(({ redirect }) => redirect)).toEqual(['manual', 'error'])
    expect(sent.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer a',
      'Bearer b',
    ])
  })

  it('is left as it was, and so are its headers', async () => {
    const headers = new Headers({ accept: 'text/plain' })
    const init = { method: 'POST', body: 'body', headers }
    const before = { ...init }
    const { fetch } = createApi()
    const request = prepareRequest(fetch, url, init)
    request.headers.set('authorization', 'Bearer a')
    await request.send('error')
    expect(init).toEqual(before)
    expect([...headers]).toEqual([['accept', 'text/plain']])
  })

  it('may be changed by the caller afterwards, to no effect', async () => {
    const init: RequestInit = { method: 'POST', body: 'body' }
    const sent = await sendTwice(url, init, () => {
      init.method = 'DELETE'
      init.body = 'changed'
    })
    expect(sent.map(({ method, text }) => [method, text])).toEqual([
      ['POST', 'body'],
      ['POST', 'body'],
    ])
  })

  it('may be missing', async () => {
    const { fetch } = createApi()
    expect(prepareRequest(fetch, url, undefined)).toMatchObject({
      method: 'GET',
      signal: undefined,
      canReplay: true,
    })
  })
})

describe('readTarget', () => {
  it('takes a Request for one, with the URL that is really its own', () => {
    const request = new Request(url)
    Object.defineProperty(request, 'url', { value: 'https://elsewhere.example/' })
    expect(readTarget(request)).toEqual({ request, url })
  })

  it('takes an address for one', () => {
    expect(readTarget(url)).toEqual({ url })
    expect(readTarget(new URL(url))).toEqual({ url })
  })

  it.each<[string, object]>([
    ['members of a Request', { url, headers: new Headers(), method: 'GET', toString: () => '/x' }],
    [
      'the prototype of Request',
      Object.assign(Object.create(Request.prototype), { toString: () => '/x' }),
    ],
    ['a URL with another text', Object.assign(new URL(url), { toString: () => '/x' })],
  ])('takes what only has %s for its text, as fetch does', (_, lookAlike) => {
    expect(readTarget(lookAlike as URL)).toEqual({ url: '/x' })
  })
})
