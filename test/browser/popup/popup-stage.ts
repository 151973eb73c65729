import type { IncomingMessage, ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { buildPages } from '../../../demo/build-pages.ts'
import { listen, readBody } from '../../../demo/http.ts'

export interface PopupStage {
  readonly pageOrigin: string
  /** What the API has taken: whose it was, and what was written. */
  saved(): readonly string[]
  /** How many windows have shown the login page, and how many of them could reach their opener. */
  shown(): { readonly logins: number; readonly withOpener: number }
  /** Ends every session at the server. */
  endSessions(): void
  reset(): void
  close(): Promise<void>
}

/**
 * A login page that does what its `login_hint` says: `deny`, `wait`, `close`, or the name of the user
 * who signs in. With `coop` in its address it cuts itself off from whoever has opened it.
 */
const loginPage = `<!doctype html><title>Login</title><script type="module">
  const { searchParams } = new URL(location.href)
  const hint = searchParams.get('login_hint')
  await fetch('/shown?opener=' + (window.opener !== null))
  const back = new URL(searchParams.get('redirect_uri'))
  back.searchParams.set('state', searchParams.get('state'))
  if (hint === 'deny') back.searchParams.set('error', 'access_denied')
  else back.searchParams.set('code', JSON.stringify([hint, searchParams.get('nonce')]))
  if (hint === 'close') setTimeout(() => close(), 2500)
  else if (hint !== 'wait') setTimeout(() => location.assign(back), 300)
</script>`

/** A page with a text in it, a server that signs users in, and its API, at another origin. */
export async function startPopupStage(): Promise<PopupStage> {
  const root = fileURLToPath(new URL('./app', import.meta.url))
  const files = await buildPages(root, { minify: false })
  const page = await listen(0)
  const server = await listen(0)
  let saved: string[] = []
  let shown = { logins: 0, withOpener: 0 }
  let tokens = new Map<string, string>()
  let issued = 0

  page.handle = (request, response) => {
    const { pathname } = new URL(request.url ?? '/', page.origin)
    const facts = {
      authorizationServer: {
        issuer: server.origin,
        authorization_endpoint: `${server.origin}/login`,
        token_endpoint: `${server.origin}/token`,
      },
      api: `${server.origin}/api/`,
    }
    const name = pathname.includes('.') ? pathname.slice(1) : 'index.html'
    const file = name === 'facts.json' ? JSON.stringify(facts) : files.get(name)
    const type = name.endsWith('.js') ? 'text/javascript' : 'text/html'
    response.writeHead(file === undefined ? 404 : 200, { 'content-type': type })
    response.end(file)
  }

  function issue(sub: string, nonce?: string): object {
    issued += 1
    const [access, refresh] = [`at-${issued}`, `rt-${issued}`]
    tokens.set(access, sub).set(refresh, sub)
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: server.origin, aud: 'spa', sub, nonce, iat: now, exp: now + 300 }
    const idToken = [{ alg: 'RS256' }, claims].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    )
    return {
      access_token: access,
      refresh_token: refresh,
      token_type: 'Bearer',
      expires_in: 300,
      id_token: [...idToken, 'c2ln'].join('.'),
    }
  }

  server.handle = (request, response) => void answer(request, response)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', server.origin)
    const json = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-allow-headers', '*, authorization')
    if (request.method === 'OPTIONS') return void response.end()
    const body = await readBody(request)
    if (pathname === '/login') {
      const coop = searchParams.get('coop')
      if (coop !== null) response.setHeader('cross-origin-opener-policy', coop)
      response.setHeader('content-type', 'text/html')
      return void response.end(loginPage)
    }
    if (pathname === '/shown') {
      shown = {
        logins: shown.logins + 1,
        withOpener: shown.withOpener + (searchParams.get('opener') === 'true' ? 1 : 0),
      }
      return json(200, {})
    }
    if (pathname === '/token') {
      const form = new URLSearchParams(body)
      const code = form.get('code')
      if (code !== null) {
        const [sub, nonce] = JSON.parse(code) as [string, string]
        return json(200, issue(sub, nonce))
      }
      const sub = tokens.get(form.get('refresh_token') ?? '')
      return sub === undefined ? json(400, { error: 'invalid_grant' }) : json(200, issue(sub))
    }
    const sub = tokens.get(request.headers.authorization?.replace('Bearer ', '') ?? '')
    if (sub === undefined) return json(401, {})
    saved = [...saved, `${sub}: ${body}`]
    json(201, {})
  }

  return {
    pageOrigin: page.origin,
    saved: () => saved,
    shown: () => shown,
    endSessions: () => tokens.clear(),
    reset() {
      saved = []
      shown = { logins: 0, withOpener: 0 }
      tokens = new Map()
    },
    async close() {
      await page.close()
      await server.close()
    },
  }
}
