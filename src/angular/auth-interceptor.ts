import { inject, NgZone } from '@angular/core'
import { Observable } from 'rxjs'
import { injectAuth } from './inject-auth.ts'

/** What is used of Angular's `HttpRequest`. */
export interface ClientRequest {
  readonly method: string
  readonly urlWithParams: string
  readonly headers: { has(name: string): boolean }
  readonly mode?: RequestMode | undefined
  readonly redirect?: RequestRedirect | undefined
  clone(update: { setHeaders: Record<string, string>; redirect?: RequestRedirect }): unknown
}

/** What is used of Angular's `HttpResponse` and `HttpErrorResponse`. */
export interface ClientResponse {
  readonly status: number
  readonly url: string | null
  readonly headers: { get(name: string): string | null }
}

/** What `fetch` of the manager takes besides: what it decides to send leaves in this way. */
type Fetch = (
  url: string,
  init: RequestInit & { readonly way: () => typeof globalThis.fetch },
) => Promise<Response>

/** `HttpEventType.Response`: the last event of a request. */
const isLast = (event: { readonly type: number }): boolean => event.type === 4

/**
 * Sends the access token to the listed resource servers with the requests of Angular's `HttpClient`,
 * as the manager's `fetch` does: to whom, which token, and whether once more after a 401 is decided
 * there, and requests to others pass through untouched. For `withInterceptors`, as the last one: what
 * a later one changes has been decided upon already. With `withFetch()` redirects are kept to where
 * the token may go; XMLHttpRequest follows them by itself.
 *
 * An error is an `HttpErrorResponse`, or one of the manager's: as those of its `fetch`.
 *
 * @throws {Error} There is no manager here; see `injectAuth`.
 *
 * @example
 *
 * ```ts
 * import { provideHttpClient, withFetch, withInterceptors } from '@angular/common/http'
 * import { authInterceptor } from 'tokenring/angular'
 *
 * const http = provideHttpClient(withFetch(), withInterceptors([authInterceptor]))
 * ```
 */
export function authInterceptor<
  Request extends ClientRequest,
  Event extends { readonly type: number },
>(request: Request, next: (request: Request) => Observable<Event>): Observable<Event> {
  const fetch: Fetch = injectAuth().fetch
  const zone = inject(NgZone)
  // The caller knows better; and on a server nobody knows the session, but pages are made all the same.
  if (request.headers.has('authorization') || typeof window === 'undefined') return next(request)

  return new Observable<Event>((observer) => {
    // What is awaited below may come back outside of the zone that the app called from.
    const inZone: <T>(task: () => T) => T = NgZone.isInAngularZone()
      ? (task) => zone.run(task)
      : (task) => task()
    const caller = new AbortController()
    const { signal } = caller
    let last = (): void => {}

    const send = (_url: unknown, init?: RequestInit): Promise<Response> =>
      new Promise((resolve, reject) => {
        // While a proof was signed, say.
        if (signal.aborted) return reject(signal.reason)
        let response = toResponse(request)
        last = () => {}
        const sending = inZone(() =>
          next(authorized(request, init)).subscribe({
            next(event) {
              if (!isLast(event)) return observer.next(event)
              response = toResponse(request, event as unknown as ClientResponse)
              last = () => observer.next(event)
            },
            error(error: Partial<ClientResponse>) {
              // 0: there was no answer.
              if (!error?.status) return reject(error)
              last = () => observer.error(error)
              resolve(toResponse(request, error as ClientResponse))
            },
            complete: () => resolve(response),
          }),
        )
        signal.addEventListener('abort', () => {
          sending.unsubscribe()
          reject(signal.reason)
        })
      })

    const { method, mode, redirect } = request
    const chosen = { ...(mode && { mode }), ...(redirect && { redirect }) }
    fetch(request.urlWithParams, { method, ...chosen, signal, way: () => send }).then(
      () =>
        inZone(() => {
          last()
          observer.complete()
        }),
      (error: unknown) => inZone(() => observer.error(error)),
    )
    return () => caller.abort()
  })
}

/** The request as the manager wants it sent: with nothing but what it has added. */
function authorized<Request extends ClientRequest>(request: Request, init?: RequestInit): Request {
  const setHeaders = Object.fromEntries(new Headers(init?.headers))
  const redirect = init?.redirect
  return request.clone({ setHeaders, ...(redirect && { redirect }) }) as Request
}

/** What the manager's `fetch` reads of a response. */
function toResponse(
  { urlWithParams }: ClientRequest,
  { status, url, headers }: ClientResponse = { status: 200, url: null, headers: new Headers() },
): Response {
  const asked = new URL(urlWithParams, document.baseURI)
  asked.hash = ''
  const redirected = url !== null && new URL(url, asked).href !== asked.href
  return { status, url: url ?? '', redirected, headers, body: null } as unknown as Response
}
