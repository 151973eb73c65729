import { defined } from '../core/defined.ts'
import { withoutSecrets } from '../core/redaction.ts'

/** One challenge of a `WWW-Authenticate` header; names in lower case. */
export interface Challenge {
  readonly scheme: string
  readonly parameters: ReadonlyMap<string, string>
}

const token = "([!#$%&'*+.^_`|~0-9A-Za-z-]+)"
const end = '(?=[ \\t]*(?:,|$))'
const oneParameter = `${token}[ \\t]*=[ \\t]*(?:${token}|"((?:[^"\\\\]|\\\\.)*)")${end}`
const oneScheme = `${token}(?:[ \\t]+(?:[A-Za-z0-9\\-._~+/]+=*${end})?|(?=,)|$)`
const part = new RegExp(`^[\\s,]*(?:${oneParameter}|${oneScheme})`)

/** Parses `WWW-Authenticate` (RFC 9110 §11.6.1). A header that cannot be parsed holds no challenge. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = []
  for (let rest = header; /[^\s,]/.test(rest);) {
    const [whole = '', name = '', plain, quoted = '', scheme] = part.exec(rest) ?? []
    rest = rest.slice(whole.length)
    if (scheme) challenges.push({ scheme: scheme.toLowerCase(), parameters: new Map() })
    const last = challenges.at(-1)
    if (!whole || !last) return []
    if (name) last.parameters.set(name.toLowerCase(), plain ?? quoted.replaceAll(/\\(.)/g, '$1'))
  }
  return challenges
}

/** What a 401 or 403 is about: the token, a DPoP nonce, or something that no new token mends. */
export type Complaint =
  | { readonly about: 'token' }
  | { readonly about: 'nonce' }
  | {
      readonly about: 'other'
      readonly error?: string
      readonly scope?: string
      readonly acrValues?: string
      readonly maxAgeSeconds?: number
    }

/**
 * Reads a challenge. None at all counts as one about the token: CORS hides the header unless the
 * server exposes it.
 *
 * @param accessToken What was sent: a server that repeats it does not put it into an event.
 */
export function readComplaint(header: string | null, accessToken = ''): Complaint {
  const challenges = parseChallenges(header ?? '')
  if (challenges.length === 0) return { about: 'token' }
  const ours = challenges.filter(({ scheme }) => scheme === 'bearer' || scheme === 'dpop')
  // A server that takes both schemes may say what is wrong in the challenge of one of them only.
  const refusals = ours.filter(({ parameters }) => parameters.has('error'))
  const errors = refusals.map(({ parameters }) => parameters.get('error'))
  if (errors.includes('use_dpop_nonce')) return { about: 'nonce' }
  const isUnexplained = ours.length > 0 && errors.length === 0
  if (isUnexplained || errors.includes('invalid_token')) return { about: 'token' }
  const said = (name: string): string | undefined => {
    const value = refusals[0]?.parameters.get(name)
    return value === undefined ? undefined : withoutSecrets(value, [accessToken])
  }
  const maxAge = said('max_age') ?? ''
  return defined({
    about: 'other' as const,
    error: said('error'),
    scope: said('scope'),
    acrValues: said('acr_values'),
    maxAgeSeconds: /^\d+$/.test(maxAge) ? Number(maxAge) : undefined,
  })
}
