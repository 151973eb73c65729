import { bootstrapApplication } from '@angular/platform-browser'
import { App } from './app'
import { appConfig } from './app.config'
import { auth } from './auth'

async function start(): Promise<void> {
  try {
    const arrived = await auth.handleRedirect()
    if (arrived) history.replaceState(null, '', arrived.returnTo)
  } catch (error) {
    console.error(error)
    history.replaceState(null, '', new URL('sign-in-failed', document.baseURI))
  }
  await bootstrapApplication(App, appConfig)
}

void start()
