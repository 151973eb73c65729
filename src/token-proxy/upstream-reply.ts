import { refusal, type Answer } from './answers.ts'

/** As much as a reply may hold: a few tokens of 64 kB, and a page of an error besides. */
export const maxReplyBytes = 1_048_576

/** The headers that are passed on. A challenge is not: a browser would ask the user for a password. */
const passed = ['content-type', 'retry-after', 'x-retry-after']

/** What is not passed on whatever its body is; `undefined` if the body has to be read. Pure. */
export function refuseReply({ status, type }: Response): Answer | undefined {
  const isRedirect = type === 'opaqueredirect' || (status >= 300 && status < 400)
  if (isRedirect) return brokenReply('The authorization server answered with a redirect.')
  // A Response can be received with a status that none can be made with.
  const isUsable = status >= 200 && status < 600
  return isUsable
    ? undefined
    : brokenReply('The authorization server answered with no known status.')
}

/** Passes a reply on as it is, unless it holds the secret. Pure. */
export function passOn(
  { status, headers }: Response,
  bytes: Uint8Array<ArrayBuffer> | undefined,
  holdsSecret: (text: string) => boolean,
): Answer {
  if (!bytes) return brokenReply('The reply of the authorization server is too large.')
  const kept = passed.flatMap((name): [string, string][] => {
    const value = headers.get(name)
    return value === null ? [] : [[name, value]]
  })
  const texts = [new TextDecoder().decode(bytes), ...kept.map(([, value]) => value)]
  if (texts.some(holdsSecret)) {
    return brokenReply('The reply of the authorization server held what must not be passed on.')
  }
  const mayHoldBody = status !== 204 && status !== 205
  return { status, headers: Object.fromEntries(kept), body: mayHoldBody ? bytes : null }
}

/** There was a reply, and it is of no use. The page may try again: with every 5xx the session is kept. */
function brokenReply(description: string): Answer {
  return refusal(502, 'server_error', description)
}
