import type { Clock, LetterAnswer } from '../core/ports.ts'
import { atMost } from '../core/until.ts'
import type { LetterMessage } from './letter-message.ts'

/** What the protocol reads of an answer, and what it may come to read. */
const headerNames = [
  'content-type',
  'date',
  'dpop-nonce',
  'retry-after',
  'www-authenticate',
  'x-retry-after',
]
/** In characters. Every tab reads the record, so what no token endpoint says is not put into it. */
const longestBody = 1_000_000

/**
 * Sends a letter as a page sends a token request: no cookies, no cache, no referrer. A redirect is a
 * failure. Never rejects, and takes no longer than the letter says, body included.
 */
export async function sendLetter(
  letter: LetterMessage,
  clock: Clock,
  fetch: typeof globalThis.fetch,
): Promise<LetterAnswer> {
  const controller = new AbortController()
  const { url, accept, dpop, body, timeoutMs } = letter
  const answer = async (): Promise<LetterAnswer> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        accept,
        'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
        ...(dpop !== undefined && { dpop }),
      },
      body,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: controller.signal,
    })
    const text = await response.text()
    if (text.length > longestBody) throw new RangeError('The answer is too long.')
    const headers: Record<string, string> = {}
    for (const name of headerNames) {
      const value = response.headers.get(name)
      if (value !== null) headers[name] = value
    }
    return { status: response.status, headers, body: text, receivedAt: clock.now() }
  }
  const failed = (failure: 'network' | 'timeout'): LetterAnswer => ({
    failure,
    receivedAt: clock.now(),
  })
  const inTime = await atMost(
    clock,
    timeoutMs,
    answer().catch(() => failed('network')),
  )
  if (!inTime) controller.abort()
  return inTime ?? failed('timeout')
}
