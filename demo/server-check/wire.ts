/** What the check does to the world. */
export interface Wire {
  readonly fetch: typeof fetch
  now(): number
  sleep(ms: number): Promise<void>
}

const answerWithinMs = 20_000

/** What every request has: no cookies, which would make it another user's, and nothing kept. */
export async function send(
  wire: Wire,
  url: string,
  init: RequestInit,
): Promise<Response | undefined> {
  try {
    const signal = AbortSignal.timeout(answerWithinMs)
    return await wire.fetch(url, {
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'manual',
      signal,
      ...init,
    })
  } catch {
    // A page is not told why: no connection, no CORS headers, time is up.
    return undefined
  }
}

export function postForm(
  wire: Wire,
  url: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response | undefined> {
  return send(wire, url, { method: 'POST', body: new URLSearchParams(form), headers })
}
