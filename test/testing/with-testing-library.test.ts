// @vitest-environment jsdom
import { render, screen } from '@testing-library/react'
import { createElement } from 'react'
import { createTokenManager } from 'tokenring'
import { AuthProvider, useUser } from 'tokenring/react'
import { createFakeAuthorizationServer, createTestBrowser } from 'tokenring/testing'
import { expect, it } from 'vitest'

const server = createFakeAuthorizationServer()

function openTab() {
  const browser = createTestBrowser()
  const options = {
    authorizationServer: server.metadata,
    clientId: 'spa',
    storage: browser.store,
    fetch: server.fetch,
  }
  return createTokenManager(options, browser.openTab().ports)
}

function Greeting() {
  const { user } = useUser()
  return createElement('p', null, user ? `Hello ${user.name}` : 'Hello stranger')
}

it('greets the user by name', async () => {
  const auth = openTab()
  await auth.startSession(server.signIn({ claims: { sub: 'ann', name: 'Ann' } }))

  render(createElement(AuthProvider, { manager: auth }, createElement(Greeting)))

  expect(await screen.findByText('Hello Ann')).toBeTruthy()
})
