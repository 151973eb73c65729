import { ConfigurationError } from '../errors.ts'
import { lacking, mayBeNarrowed } from '../record/granted-scope.ts'
import type { Session } from '../record/session-record.ts'
import {
  defaultTokenKey,
  toTokenParameters,
  tokenKey,
  type TokenKey,
  type TokenParameters,
} from '../record/token-set.ts'

/** Which token sets this tab has been asked for, by their keys. */
export interface WantedTokens {
  /** The key of the token set that fits, which is the default one where nothing else is named. */
  keyOf(wanted: TokenParameters | undefined): TokenKey
  /** Whether this tab knows how to ask for a token set. */
  isKnown(key: TokenKey): boolean
  /** What the grant for a token set asks for. */
  parametersOf(key: TokenKey): TokenParameters
  /** Throws where a token set would need more than the session was granted, as far as the server has said. */
  refuseForeignScope(key: TokenKey, session: Session): void
  /**
   * Whether nobody knows that the session still has what a token set needs: a narrower one has come
   * since the default one, and some servers narrow the grant with it (against RFC 6749 §6).
   */
  isInDoubt(key: TokenKey, session: Session): boolean
}

/** @param defaults The session's own scope, resource and audience. */
export function createWantedTokens(defaults: TokenParameters): WantedTokens {
  const asked = new Map<TokenKey, TokenParameters>()
  // A call with a fresh token is to cost no more than this look-up.
  const keys = new WeakMap<TokenParameters, TokenKey>()

  const parametersOf = (key: TokenKey): TokenParameters => asked.get(key) ?? withoutScope(defaults)

  return {
    keyOf(wanted) {
      if (!wanted) return defaultTokenKey
      const known = keys.get(wanted)
      if (known !== undefined) return known
      const parameters = within(defaults, wanted)
      const isDefault = tokenKey(parameters) === tokenKey(defaults)
      const key = isDefault ? defaultTokenKey : tokenKey(parameters)
      keys.set(wanted, key)
      if (!isDefault) asked.set(key, parameters)
      return key
    },
    isKnown: (key) => key === defaultTokenKey || asked.has(key),
    parametersOf,
    // Some servers use up the refresh token on a request for more than was granted (RFC 6749 §6).
    refuseForeignScope(key, session) {
      const foreign = lacking(session.scope, ownScopeOf(key))
      if (foreign.length === 0) return
      throw new ConfigurationError(
        'SCOPE_NOT_GRANTED',
        `The session was not granted the scope ${foreign.join(' ')}, or has it no more: sign in again with it.`,
      )
    },
    isInDoubt: (key, session) => mayBeNarrowed(session, ownScopeOf(key)),
  }

  /** The scope that a token set asks for by name, if it is of the session's own resource and audience. */
  function ownScopeOf(key: TokenKey): string | undefined {
    const { scope, resource, audience } = parametersOf(key)
    const isElsewhere = resource !== defaults.resource || audience !== defaults.audience
    return isElsewhere ? undefined : scope
  }
}

/** What a request for a token asks for, where it leaves the session's resource and audience open. */
function within(defaults: TokenParameters, wanted: TokenParameters): TokenParameters {
  const resource = wanted.resource ?? defaults.resource
  const audience = wanted.audience ?? defaults.audience
  const isElsewhere = resource !== defaults.resource || audience !== defaults.audience
  const scope = wanted.scope ?? (isElsewhere ? undefined : defaults.scope)
  return toTokenParameters({ scope, resource, audience })
}

/** On refresh, no scope means the scope that was granted (RFC 6749 §6). */
function withoutScope({ scope: _, ...rest }: TokenParameters): TokenParameters {
  return toTokenParameters(rest)
}
