import { createTokenManager, dpop } from '../../../../src/index.ts'
import type { TokenManager, TokenManagerOptions } from '../../../../src/index.ts'
import { signInWithPopup, type PopupSignInOptions } from '../../../../src/popup/index.ts'

/** What tests find in the page as `window.kept`. */
export interface Kept {
  readonly auth: TokenManager
  readonly api: string
  /** The class and code of what each sign-in has come to, or `begun`. */
  readonly endings: string[]
  readonly opened: Window[]
  /** Opens a window and signs in there; what comes of it is in `endings`. */
  signInHere(options: PopupSignInOptions, isBlocked?: boolean): void
  /** Sends what was typed, and gives the status, or what it was refused with. */
  save(): Promise<string>
}

declare global {
  interface Window {
    kept: Kept
  }
}

interface Facts extends Pick<TokenManagerOptions, 'authorizationServer'> {
  readonly api: string
  readonly isBound: boolean
}

const facts = await fetch('/facts.json')
const { authorizationServer, api, isBound } = (await facts.json()) as Facts
const auth = createTokenManager({
  authorizationServer,
  clientId: 'spa',
  scope: 'openid orders',
  redirectUri: '/callback',
  resourceServers: [api],
  dpop: isBound ? dpop() : undefined,
})
const endings: string[] = []
const opened: Window[] = []
const nameOf = (error: unknown): string => {
  const { name, code } = error as Readonly<Record<string, string>>
  return `${name} ${code}`
}

await auth.handleRedirect().catch((error: unknown) => endings.push(nameOf(error)))
await auth.ready

window.kept = {
  auth,
  api,
  endings,
  opened,
  signInHere(options, isBlocked = false) {
    const popup = isBlocked ? null : window.open('', '_blank', 'popup,width=480,height=640')
    if (popup) opened.push(popup)
    signInWithPopup(auth, popup, options).then(
      () => endings.push('begun'),
      (error: unknown) => endings.push(nameOf(error)),
    )
  },
  async save() {
    const body = document.querySelector('textarea')?.value ?? ''
    try {
      const { status } = await auth.fetch(`${api}orders`, { method: 'POST', body })
      return String(status)
    } catch (error) {
      return nameOf(error)
    }
  },
}
