import type { TabStorage } from '../core/ports.ts'
import type { AuthorizationServerMetadata } from './server-metadata.ts'
import { addressOf } from './callback.ts'
import { isOfAnotherIssuer } from './state-mark.ts'

/** Notices that another issuer's answers come to the same `redirectUri`, where nothing says which is whose. */
export interface SharedCallback {
  /** An address that holds no answer for this manager. */
  see(url: string): void
  /** This manager's server does not name itself in its answers (RFC 9207). */
  isWithoutIssuer(): void
}

/**
 * One issuer could send its user to the other with the first one's state, and get the code that comes
 * back (RFC 9700 §4.4.2). What a manager sees of another one is the mark of its states.
 */
export function createSharedCallback(options: {
  readonly redirectUri: string | undefined
  readonly mark: string
  readonly authorizationServer: string | AuthorizationServerMetadata
  readonly tabStorage: TabStorage
  readonly key: string
}): SharedCallback {
  const { redirectUri, mark, authorizationServer, tabStorage } = options
  const key = `shared ${options.key}`
  let hasWarned = false

  function isWithoutIssuer(): void {
    if (hasWarned || !tabStorage.get(key)) return
    hasWarned = true
    // oxlint-disable-next-line no-console -- a danger that nothing else would ever show
    console.warn(
      `tokenring: two authorization servers answer to ${redirectUri}, and one does not name itself (iss): give each its own (RFC 9700, 4.4.2).`,
    )
  }

  return {
    see(url) {
      const { searchParams } = new URL(url)
      if (
        redirectUri === undefined ||
        addressOf(url) !== addressOf(redirectUri) ||
        !searchParams.getAll('state').some((state) => isOfAnotherIssuer(state, mark))
      )
        return
      tabStorage.set(key, 'yes')
      // Otherwise the metadata are known, without asking for them, at the next sign-in.
      if (
        typeof authorizationServer === 'object' &&
        !authorizationServer.authorization_response_iss_parameter_supported
      )
        isWithoutIssuer()
    },
    isWithoutIssuer,
  }
}
