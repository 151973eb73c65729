import { fetchWith, givenSession } from '../subject.ts'
import type { GivenSession, Start } from '../subject.ts'

/** As many apps have it: the tokens in Web Storage, and one refresh at a time within the tab. */
export const start: Start = async (surroundings) => {
  let refreshing: Promise<string> | undefined

  function keep({ access_token, refresh_token, expires_in }: GivenSession): string {
    const expiresAt = Date.now() + expires_in * 1000
    localStorage.setItem('tokens', JSON.stringify({ access_token, refresh_token, expiresAt }))
    return access_token
  }
  async function refresh(refresh_token: string): Promise<string> {
    const grant = { grant_type: 'refresh_token', client_id: surroundings.clientId, refresh_token }
    const response = await fetch(`${surroundings.serverOrigin}/token`, {
      method: 'POST',
      body: new URLSearchParams(grant),
    })
    if (!response.ok) throw new Error(`The token endpoint answered ${response.status}.`)
    return keep((await response.json()) as GivenSession)
  }
  async function getAccessToken(force = false): Promise<string> {
    const tokens = JSON.parse(localStorage.getItem('tokens') ?? '{}')
    if (!force && tokens.expiresAt > Date.now()) return tokens.access_token
    refreshing ??= refresh(tokens.refresh_token).finally(() => (refreshing = undefined))
    return refreshing
  }
  return {
    signIn: async () => keep(await givenSession(surroundings)),
    getAccessToken: () => getAccessToken(),
    fetch: fetchWith(getAccessToken),
    renew: () => getAccessToken(true),
  }
}
