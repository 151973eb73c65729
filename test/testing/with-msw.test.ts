import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { createTokenManager } from 'tokenring'
import { createFakeAuthorizationServer, createTestBrowser } from 'tokenring/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'

const server = createFakeAuthorizationServer()
const network = setupServer(
  http.post(server.metadata.token_endpoint, ({ request }) => server.fetch(request)),
  http.get('https://api.example.com/orders', ({ request }) => {
    const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
    return new HttpResponse('[]', { status: server.accepts(token) ? 200 : 401 })
  }),
)
beforeAll(() => network.listen({ onUnhandledRequest: 'error' }))
afterAll(() => network.close())

it('shows the orders when the access token has run out', async () => {
  const browser = createTestBrowser()
  const options = {
    authorizationServer: server.metadata,
    clientId: 'spa',
    resourceServers: ['https://api.example.com/'],
    storage: browser.store,
  }
  const auth = createTokenManager(options, browser.openTab().ports)
  await auth.startSession(server.signIn())
  browser.clock.advance(600_000)

  expect((await auth.fetch('https://api.example.com/orders')).status).toBe(200)
  expect(server.counts.grants).toBe(1)
})
