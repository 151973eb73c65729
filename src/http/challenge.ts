import { defined } from '../core/defined.ts'
import { withoutSecrets } from '../core/redaction.ts'

/** One challenge of a `WWW-Authenticate` header; names in lower case. */
export interface Challenge {
  readonly scheme: string
  readonly parameters: ReadonlyMap<string, string>
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const schemePattern = new RegExp(`^(${token})(?:[ \\t]+|(?=,)|$)`)
const token68Pattern = /^[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/
const parameterPattern = new RegExp(
  `^[\\s,]*(${token})[ \\t]*=[ \\t]*(?:(${token})|"((?:[^"\\\\]|\\\\.)*)")(?=[ \\t]*(?:,|$))`,
)

/** Parses `WWW-Authenticate` (RFC 9110 §11.6.1). A header that cannot be parsed holds no challenge. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: Challenge[] = []
  for (let rest = trimmed(header); rest !== ''; rest = trimmed(rest)) {
    const scheme = schemePattern.exec(rest)
    if (!scheme) return []
    rest = rest.slice(scheme[0].length)
    const parameters = new Map<string, string>()
    const token68 = token68Pattern.exec(rest)
    if (token68) rest = rest.slice(token68[0].length)
    for (let next = parameterPattern.exec(rest); next; next = parameterPattern.exec(rest)) {
      const [whole, name = '', plain, quoted = ''] = next
      parameters.set(name.toLowerCase(), plain ?? quoted.replaceAll(/\\(.)/g, '$1'))
      rest = rest.slice(whole.length)
    }
    challenges.push({ scheme: (scheme[1] ?? '').toLowerCase(), parameters })
  }
  return challenges
}

function trimmed(text: string): string {
  return text.replace(/^[\s,]+/, '')
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
