import { provideHttpClient, withFetch, withInterceptors } from '@angular/common/http'
import { inject, provideZonelessChangeDetection, type ApplicationConfig } from '@angular/core'
import { provideRouter, Router, withNavigationErrorHandler } from '@angular/router'
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
      withNavigationErrorHandler(() => void inject(Router).navigateByUrl('/sign-in-failed')),
    ),
  ],
}
