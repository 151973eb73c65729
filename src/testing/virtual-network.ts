import type { FakeAuthorizationServer } from './fake-authorization-server.ts'
import type { Observe, RequestEnd, TokenRequest } from './happenings.ts'
import type { ManualClock } from './manual-clock.ts'
import type { Steps, TabProcess } from './steps.ts'

type Fetch = typeof globalThis.fetch

/** Answers what a tab sends to an API. */
export type FakeApi = (request: { readonly url: string; readonly token: string }) => Response

/**
 * The way to the servers. That a request to the authorization server arrives, and that its reply
 * does, are two steps; a call of an API is one.
 */
export interface VirtualNetwork {
  /** @param letter What it is sent for, if a courier sends it. */
  of(tab: TabProcess, letter?: string): Fetch
}

/** Nobody goes on trying to deliver a request for longer than this. */
const longestWayMs = 10_000

export function createVirtualNetwork(options: {
  readonly steps: Steps
  readonly observe: Observe
  readonly clock: ManualClock
  readonly server: FakeAuthorizationServer
  readonly api: FakeApi
}): VirtualNetwork {
  const { steps, observe, clock, server, api } = options
  let count = 0

  function exchange(
    tab: TabProcess,
    input: string,
    init: RequestInit,
    letter: string | undefined,
  ): Promise<Response> {
    const form = formIn(init)
    const refreshToken = form.get('refresh_token') ?? form.get('token') ?? ''
    const isToEndpoint = input === server.metadata.token_endpoint
    const isRefresh = isToEndpoint && !form.has('code')
    const request: TokenRequest = {
      id: (count += 1),
      tab,
      refreshToken,
      ...(letter !== undefined && { letter }),
    }
    const sentAt = clock.monotonic()
    const what = isRefresh ? 'the token request' : isToEndpoint ? 'the code' : 'the revocation'
    if (isRefresh) observe({ type: 'sent', tab, request })

    return new Promise((resolve, reject) => {
      let isOver = false
      let withdraw = (): void => {}
      const finish = (end: RequestEnd, settle: () => void): void => {
        if (isOver) return
        isOver = true
        withdraw()
        if (isRefresh) observe({ type: 'ended', tab, request, end })
        settle()
      }
      const fail = (): void =>
        finish({ kind: 'cut' }, () => reject(new TypeError('Failed to fetch')))
      init.signal?.addEventListener('abort', () =>
        finish({ kind: 'cut' }, () => reject(init.signal?.reason)),
      )
      const deliver = (response: Response, body: unknown): void => {
        if (isOver) return
        withdraw = steps.add({
          kind: 'reply',
          tab,
          label: `the answer to ${what} of ${tab.name} arrives (${response.status})`,
          isReady: () => tab.state === 'running',
          run: () =>
            finish({ kind: 'answered', status: response.status, body }, () => resolve(response)),
          fail,
        })
      }
      withdraw = steps.add({
        kind: 'request',
        tab,
        label: `the server receives ${what} of ${tab.name}`,
        isReady: () => tab.state !== 'away' && clock.monotonic() - sentAt <= longestWayMs,
        run() {
          void server.fetch(input, init).then(async (response) => {
            const { status } = response
            if (isRefresh) observe({ type: 'arrived', tab, request, status })
            else if (isToEndpoint)
              observe({ type: 'code-arrived', tab, code: form.get('code') ?? '' })
            deliver(response, await bodyOf(response))
          }, fail)
        },
        fail,
      })
    })
  }

  function callApi(tab: TabProcess, url: string, init: RequestInit): Promise<Response> {
    const header = new Headers(init.headers).get('authorization') ?? ''
    const token = header.replace(/^\w+ /, '')
    observe({ type: 'api-sent', tab, url, token })
    return new Promise((resolve, reject) => {
      steps.add({
        kind: 'api',
        tab,
        label: `the API answers ${tab.name}`,
        isReady: () => tab.state === 'running',
        run() {
          const response = api({ url, token })
          observe({ type: 'api', tab, url, token, status: response.status })
          resolve(response)
        },
        fail: () => reject(new TypeError('Failed to fetch')),
      })
    })
  }

  return {
    of: (tab, letter) => (input, init) => {
      const url = input instanceof Request ? input.url : String(input)
      return url.startsWith(server.issuer)
        ? exchange(tab, url, init ?? {}, letter)
        : callApi(tab, url, init ?? {})
    },
  }
}

function formIn({ body }: RequestInit): URLSearchParams {
  return new URLSearchParams(typeof body === 'string' ? body : '')
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.clone().json()
  } catch {
    return undefined
  }
}
