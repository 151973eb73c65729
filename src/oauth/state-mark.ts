/**
 * What every `state` of one manager begins with, so that it knows its own callbacks without storage:
 * one part for the issuer, one for the client and its session. It is no secret; the rest of the state is.
 */
export function stateMark(issuer: string, clientId: string, sessionName: string): string {
  return `${hash(issuer)}-${hash(JSON.stringify([clientId, sessionName]))}.`
}

/** Whether another issuer's manager made this state. */
export function isOfAnotherIssuer(state: string, mark: string): boolean {
  const [issuer = ''] = mark.split('-')
  return /^[\da-z]{7}-[\da-z]{7}\./.test(state) && !state.startsWith(`${issuer}-`)
}

/** FNV-1a, 32 bits: short, synchronous, and good enough to tell a handful of names apart. */
function hash(text: string): string {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  }
  return (value >>> 0).toString(36).padStart(7, '0')
}
