import type { TokenManager } from 'tokenring'

/** What the preload script puts into the page. */
interface Shell {
  openUrl(url: string): Promise<void>
  onLink(listener: (url: string) => void): void
}

/** Begins a sign-in in the system's browser. */
export function signInWithBrowser(auth: TokenManager, shell: Shell): Promise<void> {
  return auth.signIn({ openUrl: (url) => shell.openUrl(url) })
}

/** To be called once, when the page loads: finishes what the browser comes back with. */
export function finishSignIns(
  auth: TokenManager,
  shell: Shell,
  onArrival: (returnTo: string) => void,
  onFailure: (error: unknown) => void,
): void {
  shell.onLink((url) => {
    auth.handleRedirect(url).then((arrived) => arrived && onArrival(arrived.returnTo), onFailure)
  })
}
