/** What the page is answered: data, until it becomes a `Response`. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer> | string | null
}

/**
 * An answer of the proxy's own, shaped as RFC 6749 §5.2 has it. The words are fixed: nothing of a
 * request, a reply or a caught error is in them.
 */
export function refusal(
  status: number,
  error: string,
  description: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ error, error_description: description }),
  }
}

/** Every answer says that it is for no cache, and for no other type than it names. */
export function toResponse(answer: Answer, more: Readonly<Record<string, string>> = {}): Response {
  const headers = new Headers({
    'cache-control': 'no-store',
    vary: 'Origin',
    'x-content-type-options': 'nosniff',
    ...answer.headers,
    ...more,
  })
  return new Response(answer.body, { status: answer.status, headers })
}

/** Lets pages of `origin` read an answer, and the headers in it that say when to come back. */
export function readableBy(origin: string): Readonly<Record<string, string>> {
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'retry-after, x-retry-after',
  }
}

/**
 * The answer to a preflight. It lets `dpop` pass so that a page that sends it reads why it is refused,
 * in place of a network error. Two hours are as long as Chromium keeps one.
 */
export const preflight: Answer = {
  status: 204,
  headers: {
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'content-type, dpop',
    'access-control-max-age': '7200',
  },
  body: null,
}
