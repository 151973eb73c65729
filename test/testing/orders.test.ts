import { createTokenManager } from 'tokenring'
import { createFakeAuthorizationServer, createTestBrowser } from 'tokenring/testing'
import { expect, it } from 'vitest'

const server = createFakeAuthorizationServer({ expiresIn: 300 })
const browser = createTestBrowser()
const apiUrl = 'https://api.example.com/'

function openTab() {
  const { ports } = browser.openTab()
  const options = {
    authorizationServer: server.metadata,
    clientId: 'spa',
    resourceServers: [apiUrl],
    storage: browser.store,
    async fetch(input: RequestInfo | URL, init?: RequestInit) {
      const url = input instanceof Request ? input.url : String(input)
      if (!url.startsWith(apiUrl)) return server.fetch(input, init)
      const token = new Headers(init?.headers).get('authorization')?.replace('Bearer ', '')
      return new Response('[]', { status: server.accepts(token ?? '') ? 200 : 401 })
    },
  }
  return createTokenManager(options, ports)
}

it('shows the orders in two tabs when the access token has run out', async () => {
  const here = openTab()
  const there = openTab()
  await here.startSession(server.signIn())
  browser.clock.advance(600_000)

  const responses = await Promise.all([here, there].map((auth) => auth.fetch(`${apiUrl}orders`)))

  expect(responses.map(({ status }) => status)).toEqual([200, 200])
  expect(server.counts.grants).toBe(1)
})

it('keeps the session when the server is down', async () => {
  const auth = openTab()
  await auth.startSession(server.signIn())
  server.answerNext(() => new Response('', { status: 503, headers: { 'retry-after': '60' } }))

  await expect(auth.refresh()).rejects.toMatchObject({ name: 'RefreshUnavailableError' })

  expect(auth.getState()).toMatchObject({ status: 'signed-in', refresh: { phase: 'waiting' } })
})

it('is signed out in every tab when the server has ended the session', async () => {
  const here = openTab()
  const there = openTab()
  await here.startSession(server.signIn())
  server.revokeFamilies()

  await expect(here.refresh()).rejects.toMatchObject({ code: 'REJECTED' })

  await expect.poll(() => there.getState()).toMatchObject({ reason: 'rejected' })
})
