export interface SentRequest {
  readonly input: RequestInfo | URL
  readonly init: RequestInit | undefined
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly redirect: RequestRedirect
  readonly text: string
}

export type Answer = (request: SentRequest, count: number) => Response | Promise<Response>

export const pageUrl = 'https://app.example/shop'

/** A `fetch` that reads what it is given when it is called, remembers it, and lets `answer` answer. */
export function createApi(
  answer: Answer = () => new Response('ok'),
  baseUrl: string = pageUrl,
): {
  readonly fetch: () => typeof globalThis.fetch
  readonly sent: SentRequest[]
} {
  const sent: SentRequest[] = []
  const send: typeof globalThis.fetch = async (input, init) => {
    const target = input instanceof Request ? input : new URL(input, baseUrl)
    const request = new Request(target, init)
    request.signal.throwIfAborted()
    const { url, method, headers, redirect } = request
    const text = await request.text()
    const record = { input, init, url, method, headers, redirect, text }
    sent.push(record)
    return answer(record, sent.length)
  }
  return { fetch: () => send, sent }
}

export function unauthorized(challenge?: string, more: Record<string, string> = {}): Response {
  const headers = { ...more, ...(challenge === undefined ? {} : { 'www-authenticate': challenge }) }
  return new Response('unauthorized', { status: 401, headers })
}

/** A response that came by way of a redirect; only a network can make one. */
export function redirectedTo(url: string, response: Response): Response {
  Object.defineProperty(response, 'redirected', { value: true })
  Object.defineProperty(response, 'url', { value: url })
  return response
}
