import { expect, it } from 'vitest'
import { createSSRApp, defineComponent, h } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { createTokenManager, type TokenManager } from '../../src/index.ts'
import { createAuth, useAccessToken, useAuthFetch, useSession } from '../../src/vue/index.ts'
import { failOnComplaints } from '../support/complaints.ts'
import { countedManager } from '../support/counted-manager.ts'
import { createProfile, settle } from '../support/tabs.ts'

failOnComplaints('warn', 'error')

const Page = defineComponent(() => {
  const session = useSession()
  const isSignedIn = useSession((state) => state.status === 'signed-in')
  const access = useAccessToken()
  const authFetch = useAuthFetch()
  return () =>
    h(
      'p',
      [session.value.status, isSignedIn.value, access.value.status, typeof authFetch].join(' '),
    )
})

const html = '<p>restoring false pending function</p>'

const render = (manager: TokenManager): Promise<string> =>
  renderToString(createSSRApp(Page).use(createAuth(manager)))

it('a server renders a page as restoring', async () => {
  expect(typeof window).toBe('undefined')
  const auth = createTokenManager({
    authorizationServer: 'https://login.example.com',
    clientId: 'spa',
    fetch: () => Promise.reject(new Error('Nothing is to be sent.')),
  })
  expect(await render(auth)).toBe(html)
})

it('a server renders it so even with a manager that knows more, which nobody subscribes to', async () => {
  const { auth, subscriptions, wishes } = countedManager(
    (await createProfile().openSignedInTab()).auth,
  )
  expect(await render(auth)).toBe(html)
  await settle()
  expect(subscriptions()).toBe(0)
  expect(wishes).toEqual([])
})
