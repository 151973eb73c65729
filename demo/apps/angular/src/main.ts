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
    history.replaceState(null, '', whereAfter(error as Partial<SignInError>))
  }
  await bootstrapApplication(App, appConfig)
}

/** By where the user wanted to go, and what happened. */
function whereAfter(error: Partial<SignInError>): string | URL {
  const { returnTo = '/', code = '' } = error
  // The server was to ask nobody, and does not know the user: nothing has failed.
  if (code === 'INTERACTION_REQUIRED') return returnTo
  console.error(error) // or wherever your app reports to; there is no secret in it
  const failed = new URL('sign-in-failed', document.baseURI)
  failed.searchParams.set('returnTo', returnTo)
  failed.searchParams.set('problem', code)
  return failed
}

void start()
