import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildStaticDemo } from '../../demo/build-demo.ts'
import { contentSecurityPolicyForMeta } from '../../demo/content-security-policy.ts'
import { createPlainClient } from './plain-client.ts'
import { startServers } from '../../demo/servers.ts'
import { vendorFacts } from '../../demo/vendors/vendors.ts'
import type { AuthorizationServerName } from '../../demo/vendors/vendors.ts'
import { createPagesFolder } from './pages-folder.ts'

const addresses = { issuer: 'http://localhost:1', apiOrigin: 'http://localhost:2' }
let folder: Awaited<ReturnType<typeof createPagesFolder>>
let parent: string
let out: string

beforeEach(async () => {
  folder = await createPagesFolder()
  parent = await mkdtemp(join(tmpdir(), 'static-'))
  out = join(parent, 'out')
})
afterEach(async () => {
  await folder.remove()
  await rm(parent, { recursive: true })
})

const build = (
  authorizationServer: AuthorizationServerName = 'oidc-provider',
): Promise<readonly string[]> =>
  buildStaticDemo({
    ...addresses,
    accessTokenTtlSeconds: 30,
    out,
    root: folder.path,
    authorizationServer,
  })

test('the static files are the pages, minified, with the facts beside them', async () => {
  const files = await build()
  expect(files).toEqual(
    expect.arrayContaining(['index.html', 'other.html', 'facts.json', 'tokenring-courier.js']),
  )
  expect(files.filter((name) => name.endsWith('.map'))).toEqual([])
  expect(JSON.parse(await readFile(join(out, 'facts.json'), 'utf8'))).toEqual({
    ...addresses,
    clientId: 'tokenring-demo',
    twentyLinesClientId: 'twenty-lines',
    scope: 'openid profile orders:read orders:write',
    vendor: vendorFacts('oidc-provider', {
      origin: addresses.issuer,
      apiOrigin: addresses.apiOrigin,
      clientId: 'tokenring-demo',
    }),
    accessTokenTtlSeconds: 30,
  })
})

test('static files can be for the contract server of a vendor', async () => {
  await build('wso2-rotating')
  const facts: unknown = JSON.parse(await readFile(join(out, 'facts.json'), 'utf8'))
  expect(facts).toMatchObject({
    issuer: addresses.issuer,
    vendor: { managerOptions: { authorizationServer: `${addresses.issuer}/oauth2/token` } },
  })
})

test('static files cannot be for a vendor that needs a token proxy', async () => {
  await expect(build('mercado-pago')).rejects.toThrow('mercado-pago needs a token proxy')
})

test.for(['index.html', 'other.html'])('%s carries its policy before its script', async (name) => {
  await build()
  const html = await readFile(join(out, name), 'utf8')
  const [, policy = ''] =
    /<meta http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? []
  expect(policy.replaceAll('&#39;', "'")).toBe(contentSecurityPolicyForMeta(addresses))
  expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<script'))
  // A browser looks for the encoding in the first 1024 bytes only.
  expect(html.indexOf('charset')).toBeLessThan(1_000)
  expect(html).toMatch(/src="\.\/assets\//)
})

test('an earlier build is replaced, and any other folder is left alone', async () => {
  await build()
  await writeFile(join(out, 'old.js'), '')
  await build()
  await expect(readFile(join(out, 'old.js'))).rejects.toThrow('ENOENT')

  await rm(out, { recursive: true })
  await mkdir(out)
  await writeFile(join(out, 'precious.txt'), 'kept')
  await expect(build()).rejects.toThrow('something other than an earlier build')
  expect(await readFile(join(out, 'precious.txt'), 'utf8')).toBe('kept')
})

test('the servers alone work for pages that others serve', async () => {
  const pageOrigin = 'https://pages.example.com'
  const servers = await startServers({ pageOrigin, controls: true })
  expect(servers.pageOrigin).toBe(pageOrigin)
  const client = createPlainClient(servers)
  const { access_token: accessToken } = await client.signIn('ada')
  const response = await client.callApi(accessToken)
  expect(response.status).toBe(200)
  expect(response.headers.get('access-control-allow-origin')).toBe(pageOrigin)
  await servers.close()
})
