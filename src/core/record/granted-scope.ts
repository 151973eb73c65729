import type { Session } from './session-record.ts'
import { defaultTokenKey, hasOwnScope, scopeSet } from './token-set.ts'

/** The words of `scope` that were not granted. Where nothing was said, nothing is known to be lacking. */
export function lacking(granted: string | undefined, scope: string | undefined): readonly string[] {
  if (granted === undefined || scope === undefined) return []
  const words = scopeSet(granted)
  return scopeSet(scope).filter((word) => !words.includes(word))
}

/**
 * Whether a token set with less than `scope` has come since the default one, at a server that may keep
 * the grant as narrow as that. The next reply for the default token set says what is left.
 */
export function mayBeNarrowed(session: Session, scope: string | undefined): boolean {
  const { tokens, keepsScope } = session
  if (session.scope === undefined || keepsScope) return false
  const since = tokens[defaultTokenKey]?.generation ?? 0
  return Object.entries(tokens).some(
    ([key, token]) =>
      hasOwnScope(key) && token.generation > since && lacking(token.scope, scope).length > 0,
  )
}
