/** A request that can be sent, and perhaps sent again. */
export interface ReplayableRequest {
  /** The caller's headers, copied; what is set here is sent. */
  readonly headers: Headers
  readonly method: string
  readonly mode: RequestMode | undefined
  readonly redirect: RequestRedirect
  readonly signal: AbortSignal | undefined
  /** Whether a second `send` is possible. */
  readonly canReplay: boolean
  /** The second call sends the same body as the first. */
  send(redirect?: RequestRedirect): Promise<Response>
}

/**
 * Prepares a request to be sent twice. What the caller may go on to change is copied now, because
 * `fetch` too has read it by the time it returns; a `Request` with a body is cloned for the same
 * reason. A stream can be read once, so it is sent once.
 */
export function prepareRequest(
  fetch: () => typeof globalThis.fetch,
  input: RequestInfo | URL,
  init: RequestInit | undefined,
): ReplayableRequest {
  const request = isRequest(input) ? input : undefined
  const method = init?.method ?? request?.method ?? 'GET'
  const body = init?.body ?? undefined
  const canReplay = body === undefined || !isStream(body)
  // Any init at all makes fetch forget the referrer of a Request.
  const own = init ?? (request && referrerOf(request))
  const settings = { ...own, ...(canReplay && body !== undefined ? { body: copyOf(body) } : {}) }
  // Firefox does not show a Request's body, so the method has to tell.
  const hasOwnBody = request && body === undefined && method !== 'GET' && method !== 'HEAD'
  const targets = [input, hasOwnBody ? request.clone() : input]

  const headers = new Headers(init?.headers ?? request?.headers)

  return {
    headers,
    method,
    mode: init?.mode ?? request?.mode,
    redirect: init?.redirect ?? request?.redirect ?? 'follow',
    signal: init?.signal ?? request?.signal ?? undefined,
    canReplay,
    send(redirect) {
      return fetch()(targets.shift() ?? input, {
        ...settings,
        headers,
        ...(redirect === undefined ? {} : { redirect }),
      })
    },
  }
}

export function isRequest(input: RequestInfo | URL): input is Request {
  return typeof input === 'object' && 'headers' in input
}

function referrerOf({ referrer, referrerPolicy }: Request): RequestInit {
  return { referrer, referrerPolicy }
}

function isStream(body: BodyInit): boolean {
  return typeof body === 'object' && ('getReader' in body || Symbol.asyncIterator in body)
}

function copyOf(body: BodyInit): BodyInit {
  if (body instanceof URLSearchParams) return new URLSearchParams(body)
  if (body instanceof FormData) {
    const copy = new FormData()
    for (const [name, value] of body) copy.append(name, value)
    return copy
  }
  if (body instanceof ArrayBuffer) return body.slice(0)
  // Not the whole buffer, of which the view may be a small part.
  if (ArrayBuffer.isView(body)) {
    return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice()
  }
  // Strings and Blobs do not change.
  return body
}
