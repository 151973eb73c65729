interface Client {
  readonly authorizationEndpoint: string
  readonly authorizationParameters: Readonly<Record<string, string>>
  readonly tokenEndpoint: string
  readonly clientId: string
  readonly scope: string
  readonly redirectUri: string
}

/** Goes to the authorization server, as the user who is named, and comes back to `redirectUri`. */
export async function leaveToSignIn(client: Client, user: string): Promise<never> {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)))
  localStorage.setItem('verifier', verifier)
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  const url = new URL(client.authorizationEndpoint)
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    scope: client.scope,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
    login_hint: user,
    ...client.authorizationParameters,
  }).toString()
  location.href = url.href
  return new Promise(() => {})
}

/** Turns the code of the callback into tokens, which are then in localStorage. */
export async function redeem(client: Client, code: string): Promise<void> {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    code,
    code_verifier: localStorage.getItem('verifier') ?? '',
  })
  const response = await fetch(client.tokenEndpoint, { method: 'POST', body })
  if (!response.ok) throw new Error(`The code was refused (${response.status}).`)
  localStorage.setItem('tokens', await response.text())
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCodePoint(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
