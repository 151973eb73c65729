import type { TokenManager } from 'tokenring'

/** What is needed of @capacitor/app and @capacitor/browser. */
interface Plugins {
  readonly App: {
    addListener(event: 'appUrlOpen', listener: (event: { url: string }) => unknown): unknown
  }
  readonly Browser: { open(options: { url: string }): Promise<void>; close(): Promise<void> }
}

/** Begins a sign-in in the system's browser. */
export function signInWithBrowser(auth: TokenManager, { Browser }: Plugins): Promise<void> {
  return auth.signIn({ openUrl: (url) => Browser.open({ url }) })
}

/** To be called once, when the app starts: finishes what the browser comes back with. */
export function finishSignIns(
  auth: TokenManager,
  { App, Browser }: Plugins,
  onArrival: (returnTo: string) => void,
  onFailure: (error: unknown) => void,
): void {
  App.addListener('appUrlOpen', async ({ url }) => {
    try {
      const arrived = await auth.handleRedirect(url)
      if (!arrived) return // another link of the app's
      onArrival(arrived.returnTo)
    } catch (error) {
      onFailure(error)
    }
    await Browser.close()
  })
}
