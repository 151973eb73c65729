import { describe, expect, it } from 'vitest'
import { endSessionUrl } from '../../src/oauth/end-session.ts'

const options = {
  metadata: { end_session_endpoint: 'https://as.example/logout?tenant=a' },
  endSession: undefined,
  clientId: 'spa',
  postLogoutRedirectUri: 'https://app.example/bye?from=app',
  idToken: 'id.token.value',
}

function parametersOf(url: string | undefined): Record<string, string> {
  return Object.fromEntries(new URL(url ?? '').searchParams)
}

describe('endSessionUrl', () => {
  it('names the client, the way back and the session, and keeps what the endpoint has of its own', () => {
    const url = endSessionUrl(options)
    expect(url).toMatch(/^https:\/\/as\.example\/logout\?tenant=a&/)
    expect(parametersOf(url)).toEqual({
      tenant: 'a',
      client_id: 'spa',
      post_logout_redirect_uri: 'https://app.example/bye?from=app',
      id_token_hint: 'id.token.value',
    })
  })

  it('leaves out an id_token there is not', () => {
    expect(parametersOf(endSessionUrl({ ...options, idToken: undefined }))).not.toHaveProperty(
      'id_token_hint',
    )
  })

  it('leaves out an id_token that would make the address too long', () => {
    const url = endSessionUrl({ ...options, idToken: 'x'.repeat(4_000) })
    expect(url?.length).toBeLessThan(200)
    expect(parametersOf(url)).toMatchObject({ client_id: 'spa' })
  })

  it.each([
    ['the server has no such place', { metadata: {} }],
    ['the metadata cannot be had', { metadata: undefined }],
    ['there is nowhere to return to', { postLogoutRedirectUri: undefined }],
  ])('is nothing where %s', (_, change) => {
    expect(endSessionUrl({ ...options, ...change })).toBeUndefined()
  })

  it('is what the vendor has in place of OpenID Connect’s', () => {
    const url = endSessionUrl({
      ...options,
      endSession: { url: 'https://tenant.example/v2/logout', returnToParameter: 'returnTo' },
    })
    expect(url).toMatch(/^https:\/\/tenant\.example\/v2\/logout\?/)
    expect(parametersOf(url)).toEqual({
      client_id: 'spa',
      returnTo: 'https://app.example/bye?from=app',
    })
  })

  it('calls the client what the vendor calls it', () => {
    const endSession = { url: 'https://tenant.example/logout', clientIdParameter: 'app' }
    expect(parametersOf(endSessionUrl({ ...options, metadata: undefined, endSession }))).toEqual({
      app: 'spa',
      post_logout_redirect_uri: 'https://app.example/bye?from=app',
    })
  })
})
