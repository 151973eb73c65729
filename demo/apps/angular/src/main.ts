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
    console.error(error)
    const { returnTo = '/' } = error as Partial<SignInError> // where the user wanted to go
    const failed = new URL('sign-in-failed', document.baseURI)
    failed.searchParams.set('returnTo', returnTo)
    history.replaceState(null, '', failed)
  }
  await bootstrapApplication(App, appConfig)
}

void start()
