import { bootstrapApplication } from '@angular/platform-browser'
import type { SignInError } from 'tokenring'
import { App } from './app'
import { appConfig } from './app.config'
import { auth } from './auth'

async function start(): Promise<void> {
  try {
    const arrived = await auth.handleRedirect()
    if (arrived) history.replaceState(null, '', arrived.returnTo)
  } catch (error) {
    console.error(error) // or wherever your app reports to; there is no secret in it
    // Where the user wanted to go, and what happened.
    const { returnTo = '/', code = '' } = error as Partial<SignInError>
    const failed = new URL('sign-in-failed', document.baseURI)
    failed.searchParams.set('returnTo', returnTo)
    failed.searchParams.set('problem', code)
    history.replaceState(null, '', failed)
  }
  await bootstrapApplication(App, appConfig)
}

void start()
