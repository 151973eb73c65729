const stored = (): Record<string, string> => JSON.parse(localStorage.getItem('tokens') ?? '{}')

/** What most apps have: tokens in storage, a refresh on 401, shared by the requests of one tab. */
export function createRefreshingFetch(tokenEndpoint: string, clientId: string): typeof fetch {
  let refreshing: Promise<void> | undefined
  async function refresh(): Promise<void> {
    const { refresh_token = '' } = stored()
    const form = { grant_type: 'refresh_token', client_id: clientId, refresh_token }
    const body = new URLSearchParams(form)
    const response = await fetch(tokenEndpoint, { method: 'POST', body })
    if (!response.ok) throw new Error('Please sign in again')
    localStorage.setItem('tokens', await response.text())
  }
  return async (input, init) => {
    const send = () => {
      const headers = new Headers(init?.headers)
      headers.set('authorization', `Bearer ${stored()['access_token']}`)
      return fetch(input, { ...init, headers })
    }
    const response = await send()
    if (response.status !== 401) return response
    refreshing ??= refresh().finally(() => (refreshing = undefined))
    await refreshing
    return send()
  }
}
