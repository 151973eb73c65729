/**
 * What the check has seen, in order. Tokens stand in it by a name (`r1`, `a1`): their values stay in
 * the memory of the page, so that the journal can be kept over a sign-in and handed to others.
 */
export type Journal = readonly Entry[]

/** The name of a token. Two names are two values. */
export type TokenName = string

export type Entry =
  | EndpointEntry
  | DpopEntry
  | SignInEntry
  | RefreshEntry
  | PairEntry
  | RevokeEntry
  | UserInfoEntry
  /** The page was reloaded or left, and the tokens of the session with it. */
  | { readonly step: 'session-lost' }

/** An answer to a page. */
export type PageAnswer =
  | { readonly kind: 'readable'; readonly status: number; readonly headers: readonly string[] }
  /** The server answers, but not so that a page may read it (CORS). */
  | { readonly kind: 'hidden' }
  | { readonly kind: 'silent' }

export type EndpointName = 'discovery' | 'token' | 'revocation' | 'userinfo' | 'jwks'

/** An address was asked before anybody signed in. */
export interface EndpointEntry {
  readonly step: 'endpoint'
  readonly name: EndpointName
  readonly url: string
  readonly answer: PageAnswer
  /** What the token endpoint said of a made-up refresh token; of the metadata: whether they will do. */
  readonly reply?: Answer
  readonly metadata?: 'good' | 'none' | 'odd' | { readonly otherIssuer: string }
}

/** The token endpoint was sent a proof of a key, and a made-up refresh token. */
export interface DpopEntry {
  readonly step: 'dpop'
  readonly answer: PageAnswer
  readonly asksForNonce: boolean
  readonly nonceReadable: boolean
}

/** The answer to a token request. */
export type Answer =
  | {
      readonly kind: 'tokens'
      readonly refreshToken?: TokenName
      readonly accessToken?: TokenName
      readonly scope?: string
      readonly expiresIn?: number
    }
  /** A status of 400 to 499 other than 408 and 429. */
  | {
      readonly kind: 'refused'
      readonly status: number
      readonly error?: string
      readonly words?: string
    }
  /** 408, 429 and 500 to 599; the second time in a row. */
  | { readonly kind: 'busy'; readonly status: number; readonly retryAfter?: string }
  /** Neither of these: a redirect (status 0), a page. */
  | { readonly kind: 'odd'; readonly status: number }
  /** No answer, or none that a page may read. */
  | { readonly kind: 'unreadable' }

export interface SignInEntry {
  readonly step: 'sign-in'
  /** What was asked for. */
  readonly scope: string
  /** `refused` with status 0: at the login page, by a parameter of the callback. */
  readonly answer: Answer
}

/** Why a refresh token is presented. A name with `after-` is: does the newest one still work? */
export type Probe =
  | 'ordinary'
  | 'narrowed'
  | 'after-narrowed'
  | 'after-pair'
  | 'after-pair-other'
  /** So that there is a spent token whose successor nobody has used. */
  | 'spend'
  /** The spent one, at once. */
  | 'again'
  | 'after-again'
  /** Of the two successors that one spent token has brought, the later one. */
  | 'second-child'
  | 'first-child'
  | 'after-first-child'
  /** The spent one, after a while. */
  | 'window'
  | 'after-window'
  /** One that was spent long ago, and whose successors were used. */
  | 'ancestor'
  | 'after-ancestor'
  | 'after-revocation'

export interface RefreshEntry {
  readonly step: 'refresh'
  readonly probe: Probe
  readonly presented: TokenName
  /** How long ago it was spent. */
  readonly ageMs?: number
  readonly scope?: string
  readonly answer: Answer
}

/** One refresh token, presented twice in the same moment. The answers are in the order they came. */
export interface PairEntry {
  readonly step: 'pair'
  readonly presented: TokenName
  readonly answers: readonly [Answer, Answer]
}

export interface RevokeEntry {
  readonly step: 'revoke'
  readonly presented: TokenName
  readonly answer: Answer | { readonly kind: 'done' }
}

export interface UserInfoEntry {
  readonly step: 'user-info'
  /** The newest access token; one from before a refresh; the newest one after the session was ended. */
  readonly probe: 'new' | 'old' | 'after-end'
  readonly presented: TokenName
  /** Missing: no answer that a page may read. */
  readonly status?: number
}

export function isGranted(answer: Answer): answer is Extract<Answer, { kind: 'tokens' }> {
  return answer.kind === 'tokens'
}

export function refreshes(journal: Journal, ...probes: readonly Probe[]): readonly RefreshEntry[] {
  return journal.filter(
    (entry): entry is RefreshEntry => entry.step === 'refresh' && probes.includes(entry.probe),
  )
}

export function endpoint(journal: Journal, name: EndpointName): EndpointEntry | undefined {
  return journal
    .filter((entry): entry is EndpointEntry => entry.step === 'endpoint' && entry.name === name)
    .findLast((entry) => entry.metadata !== 'none')
}
