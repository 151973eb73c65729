import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createTokenProxy, type TokenProxyOptions } from '../../src/token-proxy/index.ts'
import { createDeferred } from '../support/deferred.ts'
import {
  clientId,
  clientSecret,
  pageOrigin,
  post,
  refreshForm,
  replyJson,
  seen,
  startBoth,
  tokens,
} from './servers.ts'

async function errorOf(response: Response): Promise<readonly [number, unknown]> {
  const { error } = (await response.json()) as { readonly error: unknown }
  return [response.status, error]
}

function requestWith(init: RequestInit = {}): Request {
  return new Request('https://app.example.com/oauth/token', {
    method: 'POST',
    headers: { origin: pageOrigin },
    body: new URLSearchParams(refreshForm),
    ...init,
  })
}

function proxyWith(changes: Partial<TokenProxyOptions>): (request: Request) => Promise<Response> {
  return createTokenProxy({
    tokenEndpoint: 'https://vendor.example/token',
    clientId,
    clientSecret,
    allowedOrigins: [pageOrigin],
    ...changes,
  })
}

/** A port where connections are handled as `onConnection` does. */
async function listenRaw(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}))
    onConnection(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
}

describe('a vendor', () => {
  it('that does not answer in time is a 504, and is asked no longer', async () => {
    const { upstream, address } = await startBoth({ timeoutMs: 100 })
    upstream.reply = () => {}
    const askedAt = performance.now()
    expect(await errorOf(await post(address))).toEqual([504, 'temporarily_unavailable'])
    // Not after the 9 s that are the default.
    expect(performance.now() - askedAt).toBeLessThan(8_000)
    await upstream.received[0]?.over
    expect(upstream.received).toHaveLength(1)
  })

  it('that begins to answer and does not end in time is a 504', async () => {
    const { upstream, address } = await startBoth({ timeoutMs: 100 })
    upstream.reply = (response) => response.writeHead(200).write('{"access_token":')
    expect(await errorOf(await post(address))).toEqual([504, 'temporarily_unavailable'])
    await upstream.received[0]?.over
  })

  it('that does not answer is a 504 also if the given fetch heeds no signal', async () => {
    const proxy = proxyWith({ timeoutMs: 100, fetch: () => new Promise(() => {}) })
    expect((await proxy(requestWith())).status).toBe(504)
  })

  it('that cannot be reached is a 502', async () => {
    const address = await listenRaw((socket) => socket.destroy())
    const proxy = proxyWith({ tokenEndpoint: address })
    const text = await seen(await proxy(requestWith()))
    expect(text).toContain('502')
    expect(text).toContain('temporarily_unavailable')
    expect(text).not.toContain('127.0.0.1')
  })

  it.each([
    ['speaks no HTTP', 'SSH-2.0-OpenSSH\r\n'],
    ['breaks off', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"access_token":'],
    ['has a status of its own', 'HTTP/1.1 999 No\r\ncontent-length: 2\r\n\r\n{}'],
  ])('that %s is a 502', async (_, reply) => {
    const address = await listenRaw((socket) => {
      socket.once('data', () => socket.end(reply))
    })
    expect((await proxyWith({ tokenEndpoint: address })(requestWith())).status).toBe(502)
  })
})

describe('a page that leaves', () => {
  it('takes its request to the vendor with it', async () => {
    const { upstream, address } = await startBoth()
    upstream.reply = () => {}
    const arrived = upstream.next()
    const page = new AbortController()
    const left = post(address, refreshForm, { signal: page.signal })
    const { over } = await arrived
    page.abort()
    await expect(left).rejects.toThrow(/abort/)
    await over
    expect(upstream.received).toHaveLength(1)
  })

  it('before its request has arrived has sent nothing', async () => {
    const fetch = vi.fn<typeof globalThis.fetch>()
    const page = new AbortController()
    const pulled = createDeferred()
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode('grant_type=refresh_token'))
        pulled.resolve()
        return new Promise(() => {})
      },
    })
    const request = requestWith({
      body,
      headers: { origin: pageOrigin, 'content-type': 'application/x-www-form-urlencoded' },
      signal: page.signal,
      duplex: 'half',
    } as RequestInit)
    const answer = proxyWith({ fetch })(request)
    await pulled.promise
    page.abort()
    expect((await answer).status).toBe(400)
    expect(fetch).not.toHaveBeenCalled()
  })

  it('before anything was done has sent nothing', async () => {
    const fetch = vi.fn<typeof globalThis.fetch>()
    const response = await proxyWith({ fetch })(requestWith({ signal: AbortSignal.abort() }))
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(fetch).not.toHaveBeenCalled()
  })
})

describe('an exchange', () => {
  it('leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const proxy = proxyWith({ fetch: () => Promise.resolve(Response.json(tokens)) })
    expect((await proxy(requestWith())).status).toBe(200)
    const refused = requestWith({ body: new URLSearchParams({ grant_type: 'password' }) })
    expect((await proxy(refused)).status).toBe(400)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('has nine seconds by default', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const asked = createDeferred()
    const proxy = proxyWith({
      fetch: () => {
        asked.resolve()
        return new Promise(() => {})
      },
    })
    const answer = proxy(requestWith())
    await asked.promise
    const answered = vi.fn()
    void answer.then(answered)
    await vi.advanceTimersByTimeAsync(8_999)
    expect(answered).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect((await answer).status).toBe(504)
  })

  it('does not disturb another one', async () => {
    const { upstream, address } = await startBoth()
    upstream.reply = (response, received) =>
      replyJson(200, { ...tokens, refresh_token: `next of ${received.form.get('refresh_token')}` })(
        response,
        received,
      )
    const names = Array.from({ length: 20 }, (_, index) => `rt-${index}`)
    const next = await Promise.all(
      names.map(async (refresh_token) => {
        const response = await post(address, { ...refreshForm, refresh_token })
        return ((await response.json()) as typeof tokens).refresh_token
      }),
    )
    expect(next).toEqual(names.map((name) => `next of ${name}`))
  })
})
