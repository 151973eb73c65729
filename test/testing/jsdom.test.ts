// @vitest-environment jsdom
import { createTokenManager } from 'tokenring'
import { createFakeAuthorizationServer, createTestBrowser } from 'tokenring/testing'
import { expect, it } from 'vitest'

it('a sign-in leaves the page of jsdom', async () => {
  const server = createFakeAuthorizationServer()
  const browser = createTestBrowser()
  const tab = browser.openTab('https://app.example.com/orders')
  const options = {
    authorizationServer: server.metadata,
    clientId: 'spa',
    redirectUri: 'https://app.example.com/callback',
    storage: browser.store,
    fetch: server.fetch,
  }
  createTokenManager(options, tab.ports)
    .signIn()
    .catch(() => {})
  await expect.poll(() => tab.navigation.left.length).toBe(1)
  const { searchParams } = new URL(tab.navigation.left[0] ?? '')
  expect(searchParams.get('code_challenge_method')).toBe('S256')
})
