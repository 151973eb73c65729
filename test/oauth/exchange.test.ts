import { describe, expect, it, vi } from 'vitest'
import {
  exchange,
  toServerReply,
  type ExchangeOptions,
  type Outgoing,
  type ServerReply,
  type TransportFailure,
} from '../../src/oauth/exchange.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import { createFetchDouble, json, opaqueRedirect, page } from './server-double.ts'
import { patience } from '../support/patience.ts'

const outgoing: Outgoing = {
  method: 'POST',
  headers: { accept: 'application/json' },
  body: new URLSearchParams({ grant_type: 'refresh_token', scope: 'a b' }),
}

function createExchangeWith(
  answer: (signal: AbortSignal) => Response | Promise<Response>,
  changes: Partial<ExchangeOptions & Pick<Outgoing, 'keepalive'>> = {},
) {
  const clock = createManualClock()
  const { fetch, sent } = createFetchDouble(({ init }) => answer(init.signal ?? neverAborted))
  const { keepalive = false, ...others } = changes
  const ask = (): Promise<ServerReply | TransportFailure> =>
    exchange({ fetch, clock, timeoutMs: 10_000, ...others }, 'https://as.example/token', {
      ...outgoing,
      keepalive,
    })
  return { clock, sent, ask }
}

const neverAborted = new AbortController().signal

describe('exchange', () => {
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
    const { ask, sent, clock } = createExchangeWith(() => json(200, {}), {
      maySend: () => false,
    })
    expect(await ask()).toBe('withheld')
    expect(sent).toEqual([])
    expect(clock.timers()).toEqual([])
  })

  it('keeps what was received, word for word', async () => {
    const { ask, clock } = createExchangeWith(() => json(200, { a: null }, { 'x-request-id': '7' }))
    const reply = await ask()
    expect(reply).toMatchObject({ status: 200, text: '{"a":null}', json: { a: null } })
    expect(typeof reply === 'object' && reply.headers.get('x-request-id')).toBe('7')
    expect(clock.timers()).toEqual([])
  })

  it.each<[string, () => Response, Partial<ServerReply>]>([
    ['204', () => new Response(null, { status: 204 }), { status: 204, text: '' }],
    ['304', () => new Response(null, { status: 304 }), { status: 304, text: '' }],
    ['an opaque redirect', opaqueRedirect, { status: 0, text: '' }],
    ['a page', () => page(200), { status: 200, text: expect.stringContaining('Wi-Fi') as string }],
  ])('reads %s as something without JSON', async (_, answer, expected) => {
    const { ask } = createExchangeWith(answer)
    expect(await ask()).toMatchObject({ ...expected, json: undefined })
  })

  it('calls a request that breaks a network failure', async () => {
    const { ask, clock } = createExchangeWith(() =>
      Promise.reject(new TypeError('Failed to fetch')),
    )
    expect(await ask()).toBe('network')
    expect(clock.timers()).toEqual([])
  })

  it('calls a body that breaks a network failure', async () => {
    const { ask } = createExchangeWith(
      () =>
        new Response(
          new ReadableStream({ start: (body) => body.error(new TypeError('connection reset')) }),
        ),
    )
    expect(await ask()).toBe('network')
  })

  it('aborts a request that is not answered in time', async () => {
    let aborted = false
    const { ask, clock } = createExchangeWith(
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
    expect(await asked).toBe('timeout')
    expect(aborted).toBe(true)
  })

  it('does not wait longer for a body', async () => {
    const pull = vi.fn()
    const { ask, clock } = createExchangeWith(
      () => new Response(new ReadableStream({ pull }, { highWaterMark: 0 })),
    )
    const asked = ask()
    await vi.waitFor(() => expect(pull).toHaveBeenCalled(), patience)
    clock.advance(10_000)
    expect(await asked).toBe('timeout')
  })

  it('does not wait longer for a fetch that heeds no signal', async () => {
    const { ask, clock } = createExchangeWith(() => new Promise(() => {}))
    const asked = ask()
    clock.advance(10_000)
    expect(await asked).toBe('timeout')
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
    const { ask } = createExchangeWith(() => arrived, { clock: frozen })
    const asked = ask()
    // A page that thaws may run the timers that are overdue first, then hear of what has arrived.
    for (const task of overdue.splice(0)) task()
    arrive(json(200, { access_token: 'a' }))
    expect(await asked).toMatchObject({ status: 200 })
  })
})

describe('toServerReply', () => {
  it('takes JSON for what it is, whatever its label says', () => {
    const labels = new Headers({ 'content-type': 'text/plain', 'www-authenticate': 'Basic' })
    expect(toServerReply(401, labels, '{"error":"invalid_client"}').json).toEqual({
      error: 'invalid_client',
    })
  })
})
