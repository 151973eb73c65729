/** A request that can be sent, and perhaps sent again. */
export interface ReplayableRequest {
  /** The caller's headers, copied; what is set here is sent. */
  readonly headers: Headers
  readonly method: string
  readonly mode: RequestMode | undefined
  /** What the caller said of redirects, as far as it can be known: `'follow'` is a Request's default. */
  readonly redirect: RequestRedirect | undefined
  readonly signal: AbortSignal | undefined
  /** Whether a second `send` is possible. */
  readonly canReplay: boolean
  /** The second call sends the same body as the first. */
  send(redirect?: RequestRedirect): Promise<Response>
}

/**
 * Prepares a request to be sent twice. What the caller may go on to change is copied now, because
 * `fetch` too has read it by the time it returns; a `Request` is taken over as `fetch` does it, and
 * its body cloned. A stream can be read once, so it is sent once.
 */
export function prepareRequest(
  fetch: () => typeof globalThis.fetch,
  input: Request | string,
  init: RequestInit | undefined,
  /** Those of `init`, which may be of a kind that can be read once. */
  ownHeaders: Headers = new Headers(init?.headers),
): ReplayableRequest {
  const own = { ...init }
  // What fetch makes of a Request and init together, and of an init whose members are inherited (a
  // Request too may be one), is left to the platform.
  const isWhole =
    typeof input === 'object' || (init && Object.getPrototypeOf(init) !== Object.prototype)
  const request = isWhole ? new Request(input, init) : undefined
  const { method = 'GET', mode, signal } = request ?? own
  const canReplay = !isStream(own.body ?? '')
  // Any init at all makes fetch forget the referrer of a Request.
  const settings = request ? referrerOf(request) : { ...own, body: copyOf(own.body ?? null) }
  const first = request ?? input
  // Firefox does not show a Request's body, so the method has to tell.
  const hasBody = request && canReplay && method !== 'GET' && method !== 'HEAD'
  const targets = [first, hasBody ? request.clone() : first]

  const headers = request?.headers ?? ownHeaders
  // The Request got none of those that can be read once.
  if (init?.headers) for (const [name, value] of ownHeaders) headers.set(name, value)
  return {
    headers,
    method,
    mode,
    redirect: own.redirect ?? (request?.redirect === 'follow' ? undefined : request?.redirect),
    signal: signal ?? undefined,
    canReplay,
    send(redirect) {
      const how = { ...settings, headers }
      return fetch()(targets.shift() ?? first, redirect === undefined ? how : { ...how, redirect })
    },
  }
}

/**
 * What fetch makes of its first argument: a `Request` of this platform, and the URL that is really its
 * own; or text. What only looks like a `Request` is text for fetch, so it is for whoever decides where
 * a token goes.
 */
export function readTarget(input: RequestInfo | URL): {
  readonly request: Request | undefined
  readonly url: string
} {
  // By far the most, and what throws is slow.
  if (typeof input === 'string') return { request: undefined, url: input }
  try {
    const url: unknown = Reflect.get(Request.prototype, 'url', input)
    if (typeof url === 'string') return { request: input as Request, url }
  } catch {
    // No Request.
  }
  // Not left out: a member that is not there may be inherited, and would be sent in its place.
  return { request: undefined, url: `${input as string | URL}` }
}

function referrerOf({ referrer, referrerPolicy }: Request): RequestInit {
  return { referrer, referrerPolicy }
}

function isStream(body: BodyInit): boolean {
  return typeof body === 'object' && ('getReader' in body || Symbol.asyncIterator in body)
}

function copyOf(body: BodyInit | null): BodyInit | null {
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
