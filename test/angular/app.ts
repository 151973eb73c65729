import '@angular/compiler'
import {
  HttpClient,
  provideHttpClient,
  withFetch,
  withInterceptors,
  type HttpInterceptorFn,
} from '@angular/common/http'
import {
  ApplicationRef,
  Component,
  inject,
  NgZone,
  provideZoneChangeDetection,
  provideZonelessChangeDetection,
  type EnvironmentProviders,
  type Provider,
  type Signal,
} from '@angular/core'
import { bootstrapApplication } from '@angular/platform-browser'
import type { SessionState, TokenManager } from '../../src/index.ts'
import { authInterceptor, injectAuth, injectSession, provideAuth } from '../../src/angular/index.ts'

/** What an app of the tests has: the session on its page, and a client. */
export class Page {
  readonly auth: TokenManager = injectAuth()
  readonly http: HttpClient = inject(HttpClient)
  readonly session: Signal<SessionState> = injectSession()
  readonly status: Signal<SessionState['status']> = injectSession((state) => state.status)
  text = ''
}
// There is no compiler here that knows decorators.
Component({ selector: 'app-page', template: '{{ status() }} {{ text }}' })(Page)

export interface App {
  readonly page: Page
  readonly ref: ApplicationRef
  readonly zone: NgZone
  shown(): string
  /** Whether it is stable now. */
  isStable(): boolean
  close(): void
}

export interface AppOptions {
  readonly isZoneless?: boolean
  readonly later?: readonly HttpInterceptorFn[]
  readonly providers?: readonly (Provider | EnvironmentProviders)[]
}

export async function startApp(
  manager: TokenManager,
  { isZoneless = true, later = [], providers = [] }: AppOptions = {},
): Promise<App> {
  const host = document.body.appendChild(document.createElement('app-page'))
  const ref = await bootstrapApplication(Page, {
    providers: [
      isZoneless ? provideZonelessChangeDetection() : provideZoneChangeDetection(),
      provideAuth(manager),
      provideHttpClient(withFetch(), withInterceptors([authInterceptor, ...later])),
      ...providers,
    ],
  })
  let isStable = false
  const watching = ref.isStable.subscribe((now) => (isStable = now))
  return {
    page: ref.components[0]?.instance as Page,
    ref,
    zone: ref.injector.get(NgZone),
    shown: () => host.textContent ?? '',
    isStable: () => isStable,
    close() {
      watching.unsubscribe()
      ref.destroy()
    },
  }
}
