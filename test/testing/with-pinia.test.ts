import { createPinia, defineStore } from 'pinia'
import { createTokenManager } from 'tokenring'
import { createFakeAuthorizationServer, createTestBrowser } from 'tokenring/testing'
import { createAuth, useSession } from 'tokenring/vue'
import { expect, it } from 'vitest'
import { computed, createApp } from 'vue'

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

const useAccount = defineStore('account', () => {
  const session = useSession()
  return { isSignedIn: computed(() => session.value.status === 'signed-in') }
})

it('knows in a store whether somebody is signed in', async () => {
  const auth = openTab()
  await auth.startSession(server.signIn())
  const app = createApp({}).use(createAuth(auth)).use(createPinia())

  const account = app.runWithContext(() => useAccount())

  expect(account.isSignedIn).toBe(true)
  await auth.signOut()
  await expect.poll(() => account.isSignedIn).toBe(false)
})
