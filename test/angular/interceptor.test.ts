// @vitest-environment happy-dom
import '@angular/compiler'
import {
  HttpErrorResponse,
  HttpEventType,
  HttpHeaders,
  HttpRequest,
  HttpResponse,
  type HttpEvent,
  type HttpInterceptorFn,
} from '@angular/common/http'
import { firstValueFrom, Observable, of, throwError } from 'rxjs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { TokenManagerOptions } from '../../src/index.ts'
import { createDeferred } from '../support/deferred.ts'
import { apiUrl, createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'
import { startApp, type App } from './app.ts'

interface Sent {
  readonly request: HttpRequest<unknown>
  readonly token: string | undefined
}

let app: App | undefined
afterEach(() => app?.close())

/** An app whose requests reach `answer` in place of a network. */
async function open(
  options: Partial<TokenManagerOptions> = {},
  answer?: (sent: Sent, count: number) => Observable<HttpEvent<unknown>> | undefined,
): Promise<{ app: App; tab: Tab; profile: Profile; sent: Sent[] }> {
  const profile = createProfile()
  const tab = await profile.openSignedInTab(options)
  const sent: Sent[] = []
  const network: HttpInterceptorFn = (request) =>
    new Observable((observer) => {
      const token = request.headers.get('authorization')?.replace('Bearer ', '')
      const one = { request, token }
      sent.push(one)
      const status = token === undefined || profile.server.accepts(token) ? 200 : 401
      const url = request.urlWithParams
      const usual =
        status === 200
          ? of(new HttpResponse({ status, url, body: 'fine' }))
          : throwError(() => new HttpErrorResponse({ status, url }))
      return (answer?.(one, sent.length) ?? usual).subscribe(observer)
    })
  app = await startApp(tab.auth, { later: [network] })
  return { app, tab, profile, sent }
}

const refused = (more: object = {}): Observable<never> =>
  throwError(() => new HttpErrorResponse({ status: 401, url: `${apiUrl}orders`, ...more }))

describe('authInterceptor', () => {
  it('sends the token to listed servers, and to no others', async () => {
    const { app: own, sent } = await open()
    const { http } = own.page
    expect(await firstValueFrom(http.get(`${apiUrl}orders`))).toBe('fine')
    await firstValueFrom(http.get('https://api.example/v2-other/'))
    await firstValueFrom(http.get('https://elsewhere.example/v2/'))
    await firstValueFrom(http.get('/v2/orders'))
    expect(sent.map(({ token }) => token !== undefined)).toEqual([true, false, false, false])
  })

  it('lets everything through on a server, where nobody knows the session', async () => {
    const { app: own, sent } = await open({}, () => of(new HttpResponse({ status: 200 })))
    vi.stubGlobal('window', undefined)
    await firstValueFrom(own.page.http.get(`${apiUrl}orders`))
    await firstValueFrom(own.page.http.get('/assets/de.json'))
    vi.unstubAllGlobals()
    expect(sent.map(({ token }) => token)).toEqual([undefined, undefined])
  })

  it('leaves a request alone that has an authorization of its own', async () => {
    const { app: own, sent } = await open({}, () => of(new HttpResponse({ status: 200 })))
    const headers = { Authorization: 'Basic abc' }
    await firstValueFrom(own.page.http.get(`${apiUrl}orders`, { headers }))
    expect(sent[0]?.request.headers.get('authorization')).toBe('Basic abc')
  })

  it('renews once and sends once more after a 401, with all that the request had', async () => {
    const { app: own, sent, profile } = await open()
    profile.server.revokeAccessTokens()
    const headers = { 'x-trace': '7' }
    const body = { article: 'tea' }
    const reply = own.page.http.post(`${apiUrl}orders`, body, { headers, params: { page: 2 } })
    expect(await firstValueFrom(reply)).toBe('fine')
    expect(sent).toHaveLength(2)
    expect(sent[1]?.token).not.toBe(sent[0]?.token)
    for (const { request } of sent) {
      expect(request).toMatchObject({ method: 'POST', body })
      expect(request.urlWithParams).toBe(`${apiUrl}orders?page=2`)
      expect(request.headers.get('x-trace')).toBe('7')
    }
    expect(profile.server.counts.grants).toBe(1)
  })

  it('shares one renewal among requests that are refused together', async () => {
    const { app: own, sent, profile } = await open()
    profile.server.revokeAccessTokens()
    const calls = [1, 2, 3].map((id) => firstValueFrom(own.page.http.get(`${apiUrl}orders/${id}`)))
    expect(await Promise.all(calls)).toEqual(['fine', 'fine', 'fine'])
    expect(sent.length).toBeLessThanOrEqual(6)
    expect(profile.server.counts.grants).toBe(1)
  })

  it('hands a second 401 to the caller, as the client would have', async () => {
    const { app: own, sent, tab } = await open({}, () => refused({ error: 'no' }))
    await expect(firstValueFrom(own.page.http.get(`${apiUrl}orders`))).rejects.toMatchObject({
      name: 'HttpErrorResponse',
      status: 401,
      error: 'no',
    })
    expect(sent).toHaveLength(2)
    expect(tab.events.map(({ type }) => type)).toContain('fresh-token-rejected')
  })

  it('renews nothing for a 401 that is not about the token', async () => {
    const challenge = 'Bearer error="insufficient_user_authentication", max_age="5"'
    const headers = new HttpHeaders({ 'www-authenticate': challenge })
    const { app: own, sent, tab, profile } = await open({}, () => refused({ headers }))
    const call = firstValueFrom(own.page.http.get(`${apiUrl}orders`))
    await expect(call).rejects.toMatchObject({ status: 401 })
    expect(sent).toHaveLength(1)
    expect(profile.server.counts.grants).toBe(0)
    expect(tab.events).toContainEqual(
      expect.objectContaining({ type: 'challenged', maxAgeSeconds: 5 }),
    )
  })

  it('sends nothing with the token of another user than the one that asked', async () => {
    const first = createDeferred()
    const {
      app: own,
      sent,
      tab,
      profile,
    } = await open({}, (_, count) =>
      count === 1
        ? new Observable((observer) => {
            first.promise.then(
              () => observer.error(new HttpErrorResponse({ status: 401 })),
              () => undefined,
            )
          })
        : undefined,
    )
    const call = firstValueFrom(own.page.http.get(`${apiUrl}orders`))
    const outcome = expect(call).rejects.toMatchObject({ code: 'SESSION_CHANGED' })
    await settle()
    await tab.auth.startSession({ ...profile.server.signIn(), id_token: undefined })
    first.resolve()
    await outcome
    expect(sent).toHaveLength(1)
  })

  it('rejects with the manager’s error where there is no session', async () => {
    const { app: own, sent, tab } = await open()
    await tab.auth.signOut()
    const call = firstValueFrom(own.page.http.get(`${apiUrl}orders`))
    await expect(call).rejects.toMatchObject({ name: 'SessionEndedError' })
    expect(sent).toEqual([])
  })

  it('passes a failure of the network on as it came, and a reply that cannot be read', async () => {
    const failures = [
      new HttpErrorResponse({ status: 0, error: new ProgressEvent('error') }),
      new HttpErrorResponse({ status: 200, error: new SyntaxError('no JSON') }),
    ]
    for (const failure of failures) {
      const { app: own, sent } = await open({}, () => throwError(() => failure))
      await expect(firstValueFrom(own.page.http.get(`${apiUrl}orders`))).rejects.toBe(failure)
      expect(sent).toHaveLength(1)
      own.close()
    }
    app = undefined
  })

  it('passes the events of a request on, and its end without any', async () => {
    const progress = { type: HttpEventType.UploadProgress as const, loaded: 1 }
    const { app: own } = await open({}, (_, count) =>
      count === 1 ? of<HttpEvent<unknown>[]>(progress, new HttpResponse({ body: 1 })) : of(),
    )
    const { http } = own.page
    const seen: number[] = []
    const isDone = vi.fn()
    const request = new HttpRequest('PUT', `${apiUrl}file`, 'x')
    http.request(request).subscribe({ next: ({ type }) => seen.push(type), complete: isDone })
    await settle()
    expect(seen).toEqual([HttpEventType.UploadProgress, HttpEventType.Response])
    expect(isDone).toHaveBeenCalledOnce()
    http.get(`${apiUrl}orders`).subscribe({ complete: isDone })
    await settle()
    expect(isDone).toHaveBeenCalledTimes(2)
  })

  it('stops with its subscriber: before it is sent, and under way', async () => {
    const stopped = vi.fn()
    const { app: own, sent, profile } = await open({}, () => new Observable(() => stopped))
    own.page.http.get(`${apiUrl}orders`).subscribe().unsubscribe()
    const underWay = own.page.http.get(`${apiUrl}orders`).subscribe()
    await settle()
    expect(stopped).toHaveBeenCalledTimes(sent.length - 1)
    underWay.unsubscribe()
    expect(stopped).toHaveBeenCalledTimes(sent.length)
    profile.server.revokeAccessTokens()
    await settle()
    expect(profile.server.counts.grants).toBe(0)
  })

  it('has redirects refused where they could take the token out of its path', async () => {
    const { app: own, sent } = await open({
      resourceServers: [{ url: apiUrl, redirect: 'error' }],
    })
    await firstValueFrom(own.page.http.get(`${apiUrl}orders`))
    const kept = sent[0]?.request as { redirect?: string } | undefined
    expect(kept?.redirect).toBe('error')
  })
})
