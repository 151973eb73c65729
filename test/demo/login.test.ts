import { decodeJwt } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Servers } from '../../demo/servers.ts'
import { createPlainClient } from './plain-client.ts'
import type { PlainClient } from './plain-client.ts'
import { startDemoServers } from './start-demo-servers.ts'

let servers: Servers
let client: PlainClient

beforeEach(async () => {
  servers = await startDemoServers()
  client = createPlainClient(servers)
})
afterEach(() => servers.close())

async function subjectOf(callback: URL): Promise<string | undefined> {
  expect(callback.origin).toBe(servers.pageOrigin)
  return decodeJwt((await client.redeem(callback)).id_token).sub
}

test.for([{}, { prompt: 'login' }])(
  'a login hint that names a user signs that user in without a click (%j)',
  async (parameters) => {
    expect(await subjectOf(await client.authorize({ login_hint: 'ada', ...parameters }))).toBe(
      'ada',
    )
  },
)

test.for([{}, { prompt: 'login' }])(
  'who is signed in gives way to the user of the login hint (%j)',
  async (parameters) => {
    await client.signIn('ada')
    const callback = await client.authorize({ login_hint: 'grace', ...parameters })
    expect(await subjectOf(callback)).toBe('grace')
    expect(await subjectOf(await client.authorize())).toBe('grace')
  },
)

test('a login hint that names nobody shows the login page', async () => {
  const login = await client.authorize({ login_hint: 'eve' })
  expect(login.pathname).toMatch(/^\/login\//)
  expect(await subjectOf(await client.choose('alan', login))).toBe('alan')
})

test('prompt=login without a hint shows the login page to who is signed in', async () => {
  await client.signIn('ada')
  const login = await client.authorize({ prompt: 'login' })
  expect(login.pathname).toMatch(/^\/login\//)
})

test('prompt=none with the hint of another user is refused', async () => {
  await client.signIn('ada')
  const callback = await client.authorize({ prompt: 'none', login_hint: 'grace' })
  expect(callback.searchParams.get('error')).toBe('login_required')
})

test('the page of the demo may frame the login page, and no other page', async () => {
  const { issuer, pageOrigin } = servers
  for (const path of ['/auth', '/login/none']) {
    const { status, headers } = await fetch(issuer + path)
    expect(status).toBe(400)
    expect(headers.get('content-type')).toContain('text/html')
    expect(headers.get('content-security-policy')).toBe(`frame-ancestors ${pageOrigin}`)
    expect(headers.get('x-frame-options')).toBeNull()
  }
})

test.for(['/', '/tab.html', '/callback'])('the main client may come back to %s', async (path) => {
  const callback = await client.authorize({
    login_hint: 'ada',
    redirect_uri: servers.pageOrigin + path,
  })
  expect(callback.href).toContain(`${servers.pageOrigin}${path}?code=`)
})
