import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { decodeJwt } from 'jose'
import { errorPage, signedOutPage } from '../authorization-server-pages.ts'
import type { DemoUser } from '../authorization-server-pages.ts'
import type { RegisteredClient } from '../authorization-server-options.ts'
import { accessDenied, chooseUser } from '../choose-user.ts'
import { sendHtml } from '../http.ts'
import { parseAuthorizationRequest } from './authorization-request.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import type { TokenFamilies } from './token-families.ts'
import type { Vendor } from './vendor.ts'

/** The pages of a contract server that a person sees. */
export interface SignInPages {
  authorize(request: IncomingMessage, response: ServerResponse): void
  /** `/login/<id>`: shows the users, or signs in the one that was chosen. */
  login(request: IncomingMessage, response: ServerResponse): Promise<void>
  signOut(request: IncomingMessage, response: ServerResponse): void
}

export interface SignInPagesOptions {
  readonly vendor: Vendor
  readonly clients: readonly RegisteredClient[]
  readonly families: TokenFamilies
  now(): number
}

interface SignedIn {
  readonly user: DemoUser
  readonly at: number
}

export function createSignInPages(options: SignInPagesOptions): SignInPages {
  const { vendor, clients, families, now } = options
  const interactions = new Map<string, AuthorizationRequest>()
  const signedIn = new Map<string, SignedIn>()
  // The demo's servers share their host, and so their cookies.
  const cookieName = `session_${vendor.title.replace(/\W+/g, '_')}`

  function sessionOf({ headers }: IncomingMessage): string | undefined {
    const cookies = (headers.cookie ?? '').split('; ').map((cookie) => cookie.split('='))
    return cookies.find(([name]) => name === cookieName)?.[1]
  }

  function grant(
    response: ServerResponse,
    { user, at }: SignedIn,
    asked: AuthorizationRequest,
  ): void {
    const { clientId, redirectUri, codeChallenge, scope, audience, nonce } = asked
    const code = families.issueCode({
      redirectUri,
      codeChallenge,
      consent: {
        user: user.id,
        clientId,
        scope,
        authenticatedAt: at,
        ...(audience !== undefined && { audience }),
        ...(nonce !== undefined && { nonce }),
      },
    })
    sendBack(response, asked, { code })
  }

  /** Signs the user in here too, so that the next sign-in needs no choice. */
  function enter(response: ServerResponse, user: DemoUser, asked: AuthorizationRequest): void {
    const session = { user, at: now() }
    const id = randomUUID()
    signedIn.set(id, session)
    response.setHeader('set-cookie', `${cookieName}=${id}; Path=/; HttpOnly; SameSite=Lax`)
    grant(response, session, asked)
  }

  return {
    authorize(request, response) {
      const parsed = parseAuthorizationRequest(queryOf(request), vendor, clients)
      if (parsed.kind === 'nobody') {
        sendHtml(response, 400, errorPage({ error: parsed.problem }))
        return
      }
      if (parsed.kind === 'refused') {
        sendBack(response, parsed, { error: parsed.error, error_description: parsed.problem })
        return
      }
      const { asked } = parsed
      const session = signedIn.get(sessionOf(request) ?? '')
      const isAnotherUser = asked.hintedUser !== undefined && asked.hintedUser !== session?.user
      if (session && !isAnotherUser && asked.prompt !== 'login') {
        grant(response, session, asked)
      } else if (asked.prompt === 'none') {
        sendBack(response, asked, { error: 'login_required' })
      } else {
        const id = randomUUID()
        interactions.set(id, asked)
        redirect(response, `/login/${id}`)
      }
    },
    async login(request, response) {
      const id = request.url?.slice('/login/'.length) ?? ''
      const asked = interactions.get(id)
      if (!asked) {
        sendHtml(response, 400, errorPage({ error: 'This sign-in is over.' }))
        return
      }
      const { hintedUser, scope } = asked
      const user = await chooseUser(request, response, { hintedUser, scope: scope.join(' ') })
      if (user === undefined) return
      interactions.delete(id)
      if (user === 'nobody') sendBack(response, asked, accessDenied)
      else enter(response, user, asked)
    },
    signOut(request, response) {
      const query = queryOf(request)
      const client = clientNamedIn(query, clients)
      const returnTo = query.get(vendor.paths.signOut?.returnToParameter ?? '')
      if (returnTo !== null && !client?.postLogoutRedirectUris.includes(returnTo)) {
        const error = 'The address to return to is not one of this client.'
        sendHtml(response, 400, errorPage({ error }))
        return
      }
      signedIn.delete(sessionOf(request) ?? '')
      response.setHeader('set-cookie', `${cookieName}=; Path=/; Max-Age=0`)
      if (returnTo === null) sendHtml(response, 200, signedOutPage())
      else redirect(response, withParameters(returnTo, { state: query.get('state') }))
    },
  }
}

function clientNamedIn(
  query: URLSearchParams,
  clients: readonly RegisteredClient[],
): RegisteredClient | undefined {
  const named = query.get('client_id') ?? audienceOf(query.get('id_token_hint') ?? '')
  return clients.find(({ clientId }) => clientId === named)
}

function audienceOf(idToken: string): unknown {
  try {
    return decodeJwt(idToken).aud
  } catch {
    return undefined
  }
}

function queryOf({ url = '/' }: IncomingMessage): URLSearchParams {
  return new URL(url, 'http://localhost').searchParams
}

function sendBack(
  response: ServerResponse,
  to: { readonly redirectUri: string; readonly state: string | undefined },
  parameters: Readonly<Record<string, string>>,
): void {
  redirect(response, withParameters(to.redirectUri, { ...parameters, state: to.state }))
}

function withParameters(
  address: string,
  parameters: Readonly<Record<string, string | null | undefined>>,
): string {
  const url = new URL(address)
  for (const [name, value] of Object.entries(parameters)) {
    if (typeof value === 'string') url.searchParams.set(name, value)
  }
  return url.href
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { location, 'cache-control': 'no-store' })
  response.end()
}
