import { StrictMode, createElement as h, type ReactNode } from 'react'
import { describe, expect, it } from 'vitest'
import {
  useAccessToken,
  type AccessTokenState,
  type UseAccessTokenOptions,
} from '../../src/react/index.ts'
import { json } from '../oauth/server-double.ts'
import { countedManager } from '../support/counted-manager.ts'
import { createDeferred } from '../support/deferred.ts'
import { idToken } from '../support/id-token.ts'
import { createProfile } from '../support/tabs.ts'
import { arrivingWith } from '../support/token-replies.ts'
import { acting, mount, recorder, within } from './mount.ts'

const statusesOf = (seen: readonly AccessTokenState[]): string[] => seen.map(({ status }) => status)

/** What the hook does that holds a token; the same for every version of React. */
export function describeAccessTokenHook(): void {
  describe('useAccessToken', () => {
    it('has a token after one render without, and nothing of it after sign-out', async () => {
      const profile = createProfile({ extra: { id_token: idToken() } })
      const { auth } = profile.openTab()
      await auth.startSession(profile.server.signIn({ id_token: idToken() }))
      const { seen, Recorder } = recorder(() => useAccessToken())
      await mount(within(auth, h(Recorder)))
      expect(statusesOf(seen)).toEqual(['pending', 'ready'])
      expect(profile.server.accepts(seen[1]?.token ?? '')).toBe(true)

      await acting(() => auth.signOut())
      expect(seen.slice(2).every((state) => state.status === 'signed-out')).toBe(true)
      expect(seen.at(-1)?.token).toBeUndefined()

      await acting(() => auth.startSession(profile.server.signIn({ id_token: idToken() })))
      expect(profile.server.accepts(seen.at(-1)?.token ?? '')).toBe(true)
      expect(seen.filter(({ token }) => token === seen[1]?.token)).toHaveLength(1)
    })

    it('keeps the token until the next is there, which another tab may have got', async () => {
      const profile = createProfile({ extra: { id_token: idToken() } })
      const { auth } = await profile.openSignedInTab()
      const peer = profile.openTab()
      const { seen, Recorder } = recorder(() => useAccessToken())
      await mount(within(auth, h(Recorder)))
      await acting(() => auth.refresh())
      await acting(() => profile.pass(6_000))
      await acting(() => peer.auth.refresh())
      expect(profile.server.counts.grants).toBe(2)
      expect(statusesOf(seen)).toEqual(['pending', 'ready', 'ready', 'ready'])
      expect(new Set(seen.map(({ token }) => token)).size).toBe(4)
      expect(seen.at(-1)?.token).toBe(await peer.auth.getAccessToken())
    })

    it('shows no token of one user to the next', async () => {
      const profile = createProfile()
      const { auth } = profile.openTab()
      const { seen, Recorder } = recorder(() => useAccessToken())
      const signIn = (sub: string): Promise<void> =>
        auth.startSession(profile.server.signIn({ id_token: idToken({ sub }) }))
      await mount(within(auth, h(Recorder)))
      await acting(() => signIn('user-1'))
      const before = seen.length
      await acting(() => signIn('user-2'))
      expect(statusesOf(seen.slice(before))).toEqual(['pending', 'ready'])
      expect(seen.at(-1)?.token).not.toBe(seen[before - 1]?.token)
    })

    it('has the token again of a session that was begun a second time by the same reply', async () => {
      const profile = createProfile()
      const { auth } = profile.openTab()
      const reply = profile.server.signIn({ id_token: idToken() })
      const { seen, Recorder } = recorder(() => useAccessToken())
      await mount(within(auth, h(Recorder)))
      await acting(() => auth.startSession(reply))
      await acting(() => auth.signOut({ revoke: false }))
      await acting(() => auth.startSession(reply))
      expect(seen.at(-1)).toEqual({ status: 'ready', token: reply.access_token })
    })

    it('takes whoever comes next for another user where no user is known', async () => {
      const profile = createProfile()
      const { auth } = await profile.openSignedInTab()
      const { seen, Recorder } = recorder(() => useAccessToken())
      await mount(within(auth, h(Recorder)))
      await acting(() => auth.startSession(profile.server.signIn()))
      expect(statusesOf(seen)).toEqual(['pending', 'ready', 'pending', 'ready'])
    })

    it('has the same token again where no user is known, when a token for another scope has come', async () => {
      const profile = createProfile({ extra: { scope: 'orders bills' } })
      const { auth } = await profile.openSignedInTab()
      const { seen, Recorder } = recorder(() => useAccessToken())
      await mount(within(auth, h(Recorder)))
      await profile.pass(6_000)
      await acting(() => auth.getAccessToken({ scope: 'orders' }))
      expect(auth.getState()).toMatchObject({ generation: 2 })
      expect(statusesOf(seen)).toEqual(['pending', 'ready', 'pending', 'ready'])
      expect(seen.at(-1)?.token).toBe(seen[1]?.token)
    })

    it.each([
      ['plainly', (node: ReactNode) => node],
      ['in StrictMode', (node: ReactNode) => h(StrictMode, null, node)],
    ])('%s renews a token that has run out with one grant, for all components', async (_, wrap) => {
      const profile = createProfile()
      const { auth } = await profile.openSignedInTab()
      await profile.pass(301_000)
      const first = recorder(() => useAccessToken())
      const second = recorder(() => useAccessToken())
      await mount(wrap(within(auth, h(first.Recorder), h(second.Recorder))))
      expect(profile.server.counts).toMatchObject({ grants: 1, requests: 1 })
      expect(profile.server.accepts(first.seen.at(-1)?.token ?? '')).toBe(true)
      expect(second.seen.at(-1)?.token).toBe(first.seen.at(-1)?.token)
    })

    it('asks once for options that are written inline, and renders no more than it has to', async () => {
      const { auth, wishes } = countedManager((await createProfile().openSignedInTab()).auth)
      const { seen, Recorder } = recorder(() => useAccessToken({ minValidityMs: 30_000 }))
      const { render } = await mount(within(auth, h(Recorder)))
      await render(within(auth, h(Recorder)))
      expect(wishes).toMatchObject([{ minValidityMs: 30_000 }])
      expect(statusesOf(seen)).toEqual(['pending', 'ready', 'ready'])
      expect(seen[2]).toBe(seen[1])
    })

    it('renders nothing again when asking brings the same token', async () => {
      const profile = createProfile()
      const { auth, wishes } = countedManager((await profile.openSignedInTab()).auth)
      const { seen, Recorder } = recorder(() => useAccessToken())
      await mount(within(auth, h(Recorder)))
      profile.server.answerNext(() => json(503, {}))
      await acting(() => auth.refresh().catch(() => {}))
      expect(auth.getState()).toMatchObject({ refresh: { phase: 'waiting' } })
      expect(wishes).toHaveLength(2)
      expect(statusesOf(seen)).toEqual(['pending', 'ready'])
    })

    it('shows no token that was meant for other options', async () => {
      const profile = createProfile({ extra: { scope: 'orders bills' } })
      const { auth, wishes } = countedManager((await profile.openSignedInTab()).auth)
      const seen: [string | undefined, AccessTokenState][] = []
      function Token(options: UseAccessTokenOptions): ReactNode {
        seen.push([options.scope, useAccessToken(options)])
        return null
      }
      const { render } = await mount(within(auth, h(Token, { scope: 'orders' })))
      await render(within(auth, h(Token, { scope: 'bills' })))
      const statuses = (scope: string): Set<string> =>
        new Set(seen.filter((entry) => entry[0] === scope).map((entry) => entry[1].status))
      expect([...statuses('bills')]).toEqual(['pending', 'ready'])
      const tokens = seen.filter(([, { token }]) => token !== undefined)
      const scopesByToken = new Map(tokens.map(([scope, { token }]) => [token, scope]))
      expect(tokens.every(([scope, { token }]) => scopesByToken.get(token) === scope)).toBe(true)
      expect(new Set(wishes.map((wish) => wish?.scope))).toEqual(new Set(['orders', 'bills']))
    })

    it('says why there is none, and asks again when the hold-off is over', async () => {
      const profile = createProfile()
      const { auth } = await profile.openSignedInTab()
      await profile.pass(301_000)
      profile.server.answerNext(() => json(503, {}))
      const { seen, Recorder } = recorder(() => useAccessToken())
      await mount(within(auth, h(Recorder)))
      expect(seen.at(-1)).toMatchObject({ status: 'failed', error: { code: 'SERVER_UNAVAILABLE' } })
      await acting(() => profile.pass(10_000))
      expect(seen.at(-1)?.status).toBe('ready')
      expect(profile.sent).toHaveLength(2)
    })

    it('stops waiting when it is unmounted, and leaves nothing behind', async () => {
      const profile = createProfile()
      const { auth, subscriptions, wishes } = countedManager((await profile.openSignedInTab()).auth)
      await profile.pass(301_000)
      const reply = createDeferred()
      profile.server.answerNext(arrivingWith(reply.promise))
      const { seen, Recorder } = recorder(() => useAccessToken())
      const { unmount } = await mount(within(auth, h(Recorder)))
      await unmount()
      expect(wishes.map((wish) => wish?.signal?.aborted)).toEqual([true])
      expect(subscriptions()).toBe(0)
      await acting(() => reply.resolve())
      expect(statusesOf(seen)).toEqual(['pending'])
      expect(profile.server.counts.grants).toBe(1)
    })

    it('asks the manager that takes the place of another', async () => {
      const profile = createProfile({ extra: { id_token: idToken() } })
      const before = await profile.openSignedInTab()
      const after = await profile.openSignedInTab({ sessionName: 'other' })
      const { seen, Recorder } = recorder(() => useAccessToken())
      const { render } = await mount(within(before.auth, h(Recorder)))
      before.auth.dispose()
      await render(within(after.auth, h(Recorder)))
      expect(statusesOf(seen)).toEqual(['pending', 'ready', 'pending', 'ready'])
      expect(seen.at(-1)?.token).toBe(await after.auth.getAccessToken())
    })
  })
}
