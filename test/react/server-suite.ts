import { createElement as h, type ReactNode } from 'react'
import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { createTokenManager } from '../../src/index.ts'
import {
  AuthProvider,
  RequireSession,
  useAccessToken,
  useAuthFetch,
  useSession,
} from '../../src/react/index.ts'
import { countedManager } from '../support/counted-manager.ts'
import { createProfile } from '../support/tabs.ts'

function Page(): ReactNode {
  const { status } = useSession()
  const isSignedIn = useSession((state) => state.status === 'signed-in')
  const access = useAccessToken()
  return h('p', null, [status, isSignedIn, access.status, typeof useAuthFetch()].join(' '))
}

const guarded = h(
  RequireSession,
  {
    fallback: 'One moment',
    onSignedOut() {
      throw new Error('Nobody is signed out by a server.')
    },
  },
  'private',
)

const html = '<p>restoring false pending function</p>One moment'

/** What the hooks do where there is no page; the same for every version of React. */
export function describeServerRendering(): void {
  describe('on a server, a page', () => {
    it('is rendered as restoring', () => {
      expect(typeof window).toBe('undefined')
      const manager = createTokenManager({
        authorizationServer: 'https://login.example.com',
        clientId: 'spa',
        fetch: () => Promise.reject(new Error('Nothing is to be sent.')),
      })
      expect(renderToString(h(AuthProvider, { manager }, h(Page), guarded))).toBe(html)
    })

    it('is rendered as restoring even by a manager that knows more, which nobody subscribes to', async () => {
      const { auth, subscriptions, wishes } = countedManager(
        (await createProfile().openSignedInTab()).auth,
      )
      expect(auth.getState().status).toBe('signed-in')
      expect(renderToString(h(AuthProvider, { manager: auth }, h(Page), guarded))).toBe(html)
      expect(subscriptions()).toBe(0)
      expect(wishes).toEqual([])
    })
  })
}
