import type { IncomingMessage } from 'node:http'

/** How an access token is presented: a bound one together with a proof (RFC 9449 §7.1). */
export type Scheme = 'Bearer' | 'DPoP'

export interface PresentedToken {
  readonly scheme: Scheme
  readonly token: string
}

/** The access token of a request, however bad it is. */
export function presentedToken({ headers }: IncomingMessage): PresentedToken | undefined {
  const match = /^(?:Bearer|(DPoP)) ([\w.~+/-]+=*)$/i.exec(headers.authorization ?? '')
  return match?.[2] ? { scheme: match[1] ? 'DPoP' : 'Bearer', token: match[2] } : undefined
}

/** What a refused token is answered with. */
export function challenge(scheme: Scheme, error: string, scope?: string): string {
  return `${scheme} realm="demo", error="${error}"${scope ? `, scope="${scope}"` : ''}`
}
