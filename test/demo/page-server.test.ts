import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { contentSecurityPolicy } from '../../demo/content-security-policy.ts'
import { listen } from '../../demo/http.ts'
import { createPages, createPageServer } from '../../demo/page-server.ts'
import { startServers } from '../../demo/servers.ts'
import type { Servers } from '../../demo/servers.ts'
import { createPagesFolder } from './pages-folder.ts'

let servers: Servers
let folder: Awaited<ReturnType<typeof createPagesFolder>>

beforeAll(async () => {
  folder = await createPagesFolder()
  servers = await startServers({
    createPageServer: (addresses) =>
      createPageServer(folder.path, { ...addresses, accessTokenTtlSeconds: 30 }),
    controls: false,
  })
})
afterAll(async () => {
  await servers?.close()
  await folder?.remove()
})

const get = (path: string): Promise<Response> => fetch(servers.pageOrigin + path)
const titleOf = async (path: string): Promise<string | undefined> =>
  /<title>(.*)<\/title>/.exec(await (await get(path)).text())?.[1]

test.for([
  ['/', 'index.tsx'],
  ['/index.html', 'index.tsx'],
  ['/other.html', 'other.ts'],
  ['/callback?code=x.y', 'index.tsx'],
] as const)('%s gets the page of %s', async ([path, title]) => {
  expect(await titleOf(path)).toBe(title)
})

test.for(['/deeper/index.html', '/none.html', '/assets/none.js', '/index.tsx'])(
  '%s is not there',
  async (path) => {
    expect((await get(path)).status).toBe(404)
  },
)

test('the facts are JSON with all addresses', async () => {
  const response = await get('/facts.json')
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(response.headers.get('cache-control')).toBe('no-cache')
  const { pageOrigin, issuer, apiOrigin, clientId, twentyLinesClientId, scope, vendor } = servers
  expect(await response.json()).toEqual({
    pageOrigin,
    issuer,
    apiOrigin,
    clientId,
    twentyLinesClientId,
    scope,
    vendor,
    accessTokenTtlSeconds: 30,
  })
})

test('every page has the strict policy, and may go into the back/forward cache', async () => {
  for (const path of ['/', '/other.html', '/callback']) {
    const { headers } = await get(path)
    expect(headers.get('content-security-policy')).toBe(contentSecurityPolicy(servers))
    expect(headers.get('cache-control')).toBe('no-cache')
  }
})

test('the scripts of the pages are served, by relative addresses', async () => {
  const source = /src="(\.\/assets\/index-[^"]*\.js)"/.exec(await (await get('/')).text())?.[1]
  const response = await get(`/${source}`)
  expect(response.headers.get('content-type')).toBe('text/javascript')
  expect(await response.text()).toContain('Hello')
})

test('pages of another folder are beside the first ones, with the policy of their own', async () => {
  const pages = await createPages(folder.path, [
    { root: join(folder.path, 'deeper'), policy: () => "default-src 'none'" },
  ])
  const listener = await listen(0)
  listener.handle = (request, response) => pages.serve(request, response, { ...servers })
  const policyOf = async (path: string): Promise<string | null> =>
    (await fetch(listener.origin + path)).headers.get('content-security-policy')
  expect(await policyOf('/index.html')).toBe("default-src 'none'")
  expect(await policyOf('/other.html')).toBe(contentSecurityPolicy(servers))
  await listener.close()
})
