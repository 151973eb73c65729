import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPages } from '../../demo/page-server.ts'
import { startSwitchableServers } from '../../demo/switchable-servers.ts'
import type { SwitchableServers } from '../../demo/switchable-servers.ts'
import { authorizationServerNames } from '../../demo/vendors/vendors.ts'
import { createPagesFolder } from './pages-folder.ts'

let servers: SwitchableServers
let folder: Awaited<ReturnType<typeof createPagesFolder>>

beforeAll(async () => {
  folder = await createPagesFolder()
  servers = await startSwitchableServers({
    pages: await createPages(folder.path),
    first: 'wso2-reusing',
    accessTokenTtlSeconds: 30,
    ports: { page: 0, issuer: 0, api: 0 },
  })
})
afterAll(async () => {
  await servers?.close()
  await folder?.remove()
})

interface Facts {
  readonly issuer: string
  readonly vendor: { readonly name: string }
  readonly choices: readonly { readonly name: string; readonly title: string }[]
}

const get = (path: string, cookie: string): Promise<Response> =>
  fetch(servers.pageOrigin + path, { headers: { cookie } })
const factsFor = async (cookie: string): Promise<Facts> =>
  (await (await get('/facts.json', cookie)).json()) as Facts

test.for(['', 'demo-server=none', 'demo-server=', 'other=auth0', 'demo-server=auth0-'])(
  'a browser that has chosen nothing there is (%j) gets the first server',
  async (cookie) => {
    const { vendor, choices } = await factsFor(cookie)
    expect(vendor.name).toBe('wso2-reusing')
    expect(choices.map(({ name }) => name)).toEqual(authorizationServerNames)
    expect(choices).toContainEqual({
      name: 'mercado-pago',
      title: 'Mercado Pago',
      isStandIn: true,
    })
  },
)

test('a browser that has chosen another gets that, with a policy that lets it in', async () => {
  const first = await factsFor('')
  const cookie = 'theme=dark; demo-server=auth0; a=b'
  const chosen = await factsFor(cookie)
  expect(chosen.vendor.name).toBe('auth0')
  expect(chosen.issuer).not.toBe(first.issuer)
  const policy = (await get('/', cookie)).headers.get('content-security-policy')
  expect(policy).toContain(chosen.issuer)
  expect(policy).not.toContain(first.issuer)
  // The same server again, with what it has issued.
  expect((await factsFor(cookie)).issuer).toBe(chosen.issuer)
})

test('a token proxy is found without the cookie, which token requests do not carry', async () => {
  const ask = (name: string): Promise<Response> =>
    fetch(`${servers.pageOrigin}/token-proxy/${name}`, {
      method: 'POST',
      headers: { origin: servers.pageOrigin },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'unknown' }),
    })
  const refused = await ask('mercado-pago')
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ error: 'invalid_grant', status: 400 })
  // A server that needs none has none: it is a path like any other.
  expect((await ask('auth0')).headers.get('content-type')).toContain('text/html')
})
