import { provideHttpClient, withFetch, withInterceptors } from '@angular/common/http'
import { inject, provideZonelessChangeDetection, type ApplicationConfig } from '@angular/core'
import { provideRouter, Router, withNavigationErrorHandler } from '@angular/router'
import { findTokenError } from 'tokenring'
import { authInterceptor, provideAuth } from 'tokenring/angular'
import { auth } from './auth'
import { routes } from './app.routes'

export const appConfig: ApplicationConfig = {
  providers: [
    provideZonelessChangeDetection(),
    provideAuth(auth),
    provideHttpClient(withFetch(), withInterceptors([authInterceptor])),
    provideRouter(
      routes,
      // A sign-in that cannot begin, or from whose login page the user comes back.
      withNavigationErrorHandler(({ error, url }) => {
        console.error(error)
        const problem = findTokenError(error)?.code
        if (!problem || auth.getState().status !== 'signed-out') return
        const router = inject(Router)
        // After a click the page before stays behind it.
        const isClick = router.navigated && router.getCurrentNavigation()?.trigger === 'imperative'
        const extras = { queryParams: { returnTo: url, problem }, replaceUrl: !isClick }
        void router.navigate(['/sign-in-failed'], extras)
      }),
    ),
  ],
}
