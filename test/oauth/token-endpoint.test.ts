import { describe, expect, it, vi } from 'vitest'
import {
  createExchange,
  insecureAllowed,
  parseJsonObject,
  type ExchangeOptions,
} from '../../src/oauth/token-endpoint.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import { createFetchDouble, json, opaqueRedirect, page } from './server-double.ts'
import { patience } from '../support/patience.ts'

const outgoing = {
  method: 'POST' as const,
  headers: { accept: 'application/json' },
  body: new URLSearchParams({ grant_type: 'refresh_token', scope: 'a b' }),
  redirect: 'manual' as const,
}

function createExchangeWith(
  answer: (signal: AbortSignal) => Response | Promise<Response>,
  changes: Partial<ExchangeOptions> = {},
) {
  const clock = createManualClock()
  const { fetch, sent } = createFetchDouble(({ init }) => answer(init.signal ?? neverAborted))
  const exchange = createExchange({ fetch, clock, timeoutMs: 10_000, ...changes })
  const ask = (): Promise<Response> => exchange.customFetch('https://as.example/token', outgoing)
  return { clock, sent, exchange, ask }
}

const neverAborted = new AbortController().signal

describe('createExchange', () => {
  it('sends no cookie and no referrer, follows no redirect and fills no cache', async () => {
    const { ask, sent } = createExchangeWith(() => json(200, {}))
    await ask()
    expect(sent).toHaveLength(1)
    expect(sent[0]?.url).toBe('https://as.example/token')
    expect(sent[0]?.init).toMatchObject({
      method: 'POST',
      body: 'grant_type=refresh_token&scope=a+b',
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'manual',
      referrerPolicy: 'no-referrer',
    })
    expect(sent[0]?.init).not.toHaveProperty('keepalive')
  })

  it('lets a request outlive the page where that is wanted', async () => {
    const { ask, sent } = createExchangeWith(() => json(200, {}), { keepalive: true })
    await ask()
    expect(sent[0]?.init.keepalive).toBe(true)
  })

  it('asks for permission in the same synchronous turn as it sends', async () => {
    const log: string[] = []
    const { ask } = createExchangeWith(
      () => {
        log.push('sent')
        return json(200, {})
      },
      {
        maySend() {
          queueMicrotask(() => log.push('the next turn'))
          log.push('asked')
          return true
        },
      },
    )
    await ask()
    expect(log).toEqual(['asked', 'sent', 'the next turn'])
  })

  it('sends nothing without permission, and leaves no timer', async () => {
    const { ask, sent, exchange, clock } = createExchangeWith(() => json(200, {}), {
      maySend: () => false,
    })
    await expect(ask()).rejects.toThrow('withheld')
    expect(exchange.failure()).toBe('withheld')
    expect(exchange.reply()).toBeUndefined()
    expect(sent).toEqual([])
    expect(clock.timers()).toEqual([])
  })

  it('keeps what was received, word for word', async () => {
    const { ask, exchange, clock } = createExchangeWith(() =>
      json(200, { a: null }, { 'x-request-id': '7' }),
    )
    await ask()
    expect(exchange.reply()).toMatchObject({ status: 200, text: '{"a":null}' })
    expect(exchange.reply()?.headers.get('x-request-id')).toBe('7')
    expect(exchange.failure()).toBeUndefined()
    expect(clock.timers()).toEqual([])
  })

  it('hands on JSON as JSON, whatever its label, without null members and without a challenge', async () => {
    const { ask } = createExchangeWith(
      () =>
        new Response('{"error":"invalid_client","error_description":null}', {
          status: 401,
          headers: { 'content-type': 'text/plain', 'www-authenticate': 'Basic realm="as"' },
        }),
    )
    const handedOn = await ask()
    expect(handedOn.status).toBe(401)
    expect(handedOn.headers.get('content-type')).toBe('application/json')
    expect(handedOn.headers.get('www-authenticate')).toBeNull()
    expect(await handedOn.json()).toEqual({ error: 'invalid_client' })
  })

  it('hands on a page as the page it is', async () => {
    const { ask } = createExchangeWith(() => page(200))
    const handedOn = await ask()
    expect(handedOn.headers.get('content-type')).toBe('text/html')
    expect(await handedOn.text()).toContain('Wi-Fi')
  })

  it.each([
    ['204', () => new Response(null, { status: 204 }), 204],
    ['304', () => new Response(null, { status: 304 }), 304],
    ['an opaque redirect', opaqueRedirect, 502],
    ['JSON under the status 201', () => json(201, { access_token: 'a' }), 200],
  ])('hands on %s as something oauth4webapi can read', async (_, answer, status) => {
    const { ask, exchange } = createExchangeWith(answer)
    expect((await ask()).status).toBe(status)
    expect(exchange.failure()).toBeUndefined()
  })

  it('calls a request that breaks a network failure', async () => {
    const { ask, exchange, clock } = createExchangeWith(() =>
      Promise.reject(new TypeError('Failed to fetch')),
    )
    await expect(ask()).rejects.toThrow(TypeError)
    expect(exchange.failure()).toBe('network')
    expect(clock.timers()).toEqual([])
  })

  it('calls a body that breaks a network failure', async () => {
    const { ask, exchange } = createExchangeWith(
      () =>
        new Response(
          new ReadableStream({ start: (body) => body.error(new TypeError('connection reset')) }),
        ),
    )
    await expect(ask()).rejects.toThrow()
    expect(exchange.failure()).toBe('network')
    expect(exchange.reply()).toBeUndefined()
  })

  it('aborts a request that is not answered in time', async () => {
    let aborted = false
    const { ask, exchange, clock } = createExchangeWith(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true
            reject(signal.reason)
          })
        }),
    )
    const asked = ask()
    clock.advance(9_999)
    expect(aborted).toBe(false)
    clock.advance(1)
    await expect(asked).rejects.toThrow()
    expect(aborted).toBe(true)
    expect(exchange.failure()).toBe('timeout')
  })

  it('does not wait longer for a body', async () => {
    const pull = vi.fn()
    const { ask, exchange, clock } = createExchangeWith(
      () => new Response(new ReadableStream({ pull }, { highWaterMark: 0 })),
    )
    const asked = ask()
    await vi.waitFor(() => expect(pull).toHaveBeenCalled(), patience)
    clock.advance(10_000)
    await expect(asked).rejects.toThrow()
    expect(exchange.failure()).toBe('timeout')
  })

  it('does not wait longer for a fetch that heeds no signal', async () => {
    const { ask, exchange, clock } = createExchangeWith(() => new Promise(() => {}))
    const asked = ask()
    clock.advance(10_000)
    await expect(asked).rejects.toThrow()
    expect(exchange.failure()).toBe('timeout')
  })

  it('takes a reply that came while the page was frozen, though its time ran out meanwhile', async () => {
    const overdue: (() => void)[] = []
    const frozen = {
      ...createManualClock(),
      schedule(_: number, task: () => void) {
        overdue.push(task)
        return () => {}
      },
    }
    let arrive = (_: Response): void => {}
    const arrived = new Promise<Response>((resolve) => {
      arrive = resolve
    })
    const { ask, exchange } = createExchangeWith(() => arrived, { clock: frozen })
    const asked = ask()
    // A page that thaws may run the timers that are overdue first, then hear of what has arrived.
    for (const task of overdue.splice(0)) task()
    arrive(json(200, { access_token: 'a' }))
    await asked
    expect(exchange.failure()).toBeUndefined()
  })
})

describe('insecureAllowed', () => {
  it.each(['http://localhost/token', 'http://127.0.0.1:8080/token', 'http://[::1]:9/token'])(
    'allows %s, which never leaves the machine',
    (url) => {
      expect(insecureAllowed(url)).toBe(true)
    },
  )

  it.each([
    'http://as.example/token',
    'http://localhost.as.example/token',
    'http://127.0.0.1.nip.io/token',
    'http://user@as.example/localhost',
    'https://localhost/token',
  ])('allows nothing for %s', (url) => {
    expect(insecureAllowed(url)).toBe(false)
  })
})

describe('parseJsonObject', () => {
  it('takes objects only', () => {
    expect(parseJsonObject('{"a":1}')).toEqual({ a: 1 })
    for (const text of ['', 'null', '[]', '"a"', '1', '{', '<html>']) {
      expect(parseJsonObject(text)).toBeUndefined()
    }
  })
})
