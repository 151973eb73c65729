import type { Conclusions } from './conclude.ts'
import { isLongEnough, isRetryInVain } from './is-short.ts'
import type { Metadata } from './metadata.ts'
import { ownWords } from './own-words.ts'
import type { Settings } from './settings.ts'

/** Options of `createTokenManager` that fit the server, as far as they can be written down. */
export interface Advice {
  readonly authorizationServer: string | Readonly<Record<string, string>>
  readonly clientId: string
  readonly scope?: string
  readonly audience?: string
  readonly resource?: string
  readonly authorizationParameters?: Readonly<Record<string, string>>
  readonly spentRefreshToken?: readonly string[]
  /** Whether a renewal should survive its page. */
  readonly courier: boolean
  readonly postLogoutRedirectUri: boolean
}

export function advise(
  seen: Conclusions,
  settings: Settings,
  metadata: Metadata | undefined,
): Advice {
  const parameters = Object.fromEntries(new URLSearchParams(settings.parameters))
  const { audience, resource, ...others } = parameters
  const own = ownWords(seen.deadWords)
  const { lostReply, rotation } = seen
  const isSafe =
    lostReply.kind === 'no-rotation' || (isLongEnough(lostReply) && !isRetryInVain(seen))
  return {
    authorizationServer:
      seen.discovery === 'good' || !metadata ? settings.issuer : byValue(metadata),
    clientId: settings.clientId,
    ...(settings.scope !== '' && { scope: settings.scope }),
    ...(audience !== undefined && { audience }),
    ...(resource !== undefined && { resource }),
    ...(Object.keys(others).length > 0 && { authorizationParameters: others }),
    ...(own.length > 0 && { spentRefreshToken: own }),
    courier: rotation !== 'unknown' && !isSafe,
    postLogoutRedirectUri: metadata?.end_session_endpoint !== undefined,
  }
}

function byValue(metadata: Metadata): Readonly<Record<string, string>> {
  const { dpop: _, scopes: __, ...addresses } = metadata
  return { ...addresses }
}
