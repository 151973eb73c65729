// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest'
import { ref, shallowRef } from 'vue'
import {
  useAccessToken,
  type AccessTokenState,
  type UseAccessTokenOptions,
} from '../../src/vue/index.ts'
import { json } from '../oauth/server-double.ts'
import { failOnComplaints } from '../support/complaints.ts'
import { countedManager } from '../support/counted-manager.ts'
import { createDeferred } from '../support/deferred.ts'
import { idToken } from '../support/id-token.ts'
import { createProfile } from '../support/tabs.ts'
import { arrivingWith } from '../support/token-replies.ts'
import { mount, recorder, rest } from './mount.ts'

failOnComplaints('warn', 'error')

const statusesOf = (seen: readonly AccessTokenState[]): string[] => seen.map(({ status }) => status)

describe('useAccessToken', () => {
  it('has a token at once, and nothing of it after sign-out', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    const { seen, Recorder } = recorder(() => useAccessToken())
    await mount(auth, Recorder)
    expect(statusesOf(seen)).toEqual(['pending', 'ready'])
    expect(profile.server.accepts(seen[1]?.token ?? '')).toBe(true)

    await auth.signOut()
    await rest()
    expect(seen.slice(2)).toEqual([{ status: 'signed-out' }])

    await auth.startSession(profile.server.signIn())
    await rest()
    expect(profile.server.accepts(seen.at(-1)?.token ?? '')).toBe(true)
    expect(seen.filter(({ token }) => token === seen[1]?.token)).toHaveLength(1)
  })

  it('keeps the token until the next is there, which another tab may have got', async () => {
    const profile = createProfile({ extra: { id_token: idToken() } })
    const { auth } = await profile.openSignedInTab()
    const peer = profile.openTab()
    const { seen, Recorder } = recorder(() => useAccessToken())
    await mount(auth, Recorder)
    await auth.refresh()
    await rest()
    await profile.pass(6_000)
    await peer.auth.refresh()
    await rest()
    expect(profile.server.counts.grants).toBe(2)
    expect(statusesOf(seen)).toEqual(['pending', 'ready', 'ready', 'ready'])
    expect(new Set(seen.map(({ token }) => token)).size).toBe(4)
    expect(seen.at(-1)?.token).toBe(await peer.auth.getAccessToken())
  })

  it('shows no token of one user to the next, not even before the next rendering', async () => {
    const profile = createProfile()
    const { auth } = profile.openTab()
    let access: { readonly value: AccessTokenState } | undefined
    const { seen, Recorder } = recorder(() => (access = useAccessToken()))
    const signIn = (sub: string): Promise<void> =>
      auth.startSession(profile.server.signIn({ id_token: idToken({ sub }) }))
    await mount(auth, Recorder)
    await signIn('user-1')
    await rest()
    const first = access?.value.token
    let atTheChange: AccessTokenState | undefined
    auth.subscribe((state) => {
      if (state.status === 'signed-in' && state.sub === 'user-2') atTheChange ??= access?.value
    })
    await signIn('user-2')
    await rest()
    expect(first).toBeDefined()
    expect(atTheChange).toEqual({ status: 'pending' })
    expect(seen.at(-1)?.token).toBe(await auth.getAccessToken())
  })

  it('asks again when it is to last for longer', async () => {
    const { auth, wishes } = countedManager((await createProfile().openSignedInTab()).auth)
    const options = shallowRef<UseAccessTokenOptions>({ minValidityMs: 5_000 })
    const { Recorder } = recorder(() => useAccessToken(options))
    await mount(auth, Recorder)
    options.value = { minValidityMs: 30_000 }
    await rest()
    expect(wishes).toMatchObject([{ minValidityMs: 5_000 }, { minValidityMs: 30_000 }])
  })

  it('has the token again of a session that was begun a second time by the same reply', async () => {
    const profile = createProfile()
    const { auth } = profile.openTab()
    const reply = profile.server.signIn({ id_token: idToken() })
    const { seen, Recorder } = recorder(() => useAccessToken())
    await mount(auth, Recorder)
    await auth.startSession(reply)
    await auth.signOut({ revoke: false })
    await auth.startSession(reply)
    await rest()
    expect(seen.at(-1)).toEqual({ status: 'ready', token: reply.access_token })
  })

  it('takes whoever comes next for another user where no user is known', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    let access: { readonly value: AccessTokenState } | undefined
    const { seen, Recorder } = recorder(() => (access = useAccessToken()))
    await mount(auth, Recorder)
    const statuses: (string | undefined)[] = []
    auth.subscribe(() => statuses.push(access?.value.status))
    await auth.startSession(profile.server.signIn())
    await rest()
    expect(statuses).toEqual(['ready', 'pending'])
    expect(seen.at(-1)?.token).toBe(await auth.getAccessToken())
  })

  it('renders nothing again when asking brings the same token', async () => {
    const profile = createProfile()
    const { auth, wishes } = countedManager((await profile.openSignedInTab()).auth)
    const { seen, Recorder } = recorder(() => useAccessToken())
    await mount(auth, Recorder)
    profile.server.answerNext(() => json(503, {}))
    await auth.refresh().catch(() => {})
    await rest()
    expect(auth.getState()).toMatchObject({ refresh: { phase: 'waiting' } })
    expect(wishes).toHaveLength(2)
    expect(statusesOf(seen)).toEqual(['pending', 'ready'])
  })

  it('has the same token again where no user is known, when a token for another scope has come', async () => {
    const profile = createProfile({ extra: { scope: 'orders bills' } })
    const { auth } = await profile.openSignedInTab()
    const { seen, Recorder } = recorder(() => useAccessToken())
    await mount(auth, Recorder)
    await profile.pass(6_000)
    await auth.getAccessToken({ scope: 'orders' })
    await rest()
    expect(auth.getState()).toMatchObject({ generation: 2 })
    expect(seen.at(-1)?.token).toBe(seen[1]?.token)
  })

  it('renews a token that has run out with one grant, for all components', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    await profile.pass(301_000)
    const first = recorder(() => useAccessToken())
    const second = recorder(() => useAccessToken())
    await mount(auth, first.Recorder, second.Recorder)
    expect(profile.server.counts).toMatchObject({ grants: 1, requests: 1 })
    expect(profile.server.accepts(first.seen.at(-1)?.token ?? '')).toBe(true)
    expect(second.seen.at(-1)?.token).toBe(first.seen.at(-1)?.token)
  })

  it('follows its options, and shows no token that was meant for others', async () => {
    const profile = createProfile({ extra: { scope: 'orders bills', id_token: idToken() } })
    const { auth, wishes } = countedManager((await profile.openSignedInTab()).auth)
    const scope = ref('orders')
    const { seen, Recorder } = recorder(() => useAccessToken(() => ({ scope: scope.value })))
    await mount(auth, Recorder)
    const before = seen.length
    const token = seen.at(-1)?.token
    scope.value = 'bills'
    await rest()
    expect(token).toBeDefined()
    expect(seen.slice(before).some((state) => state.token === token)).toBe(false)
    expect(seen.at(-1)?.token).toBe(await auth.getAccessToken({ scope: 'bills' }))
    expect(new Set(wishes.map((wish) => wish?.scope))).toEqual(new Set(['orders', 'bills']))
  })

  it('says why there is none, and asks again when the hold-off is over', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    await profile.pass(301_000)
    profile.server.answerNext(() => json(503, {}))
    const { seen, Recorder } = recorder(() => useAccessToken())
    await mount(auth, Recorder)
    expect(seen.at(-1)).toMatchObject({ status: 'failed', error: { code: 'SERVER_UNAVAILABLE' } })
    await profile.pass(10_000)
    await rest()
    expect(seen.at(-1)?.status).toBe('ready')
    expect(profile.sent).toHaveLength(2)
  })

  it('stops waiting when the component goes, and leaves nothing behind', async () => {
    const profile = createProfile()
    const { auth, subscriptions, wishes } = countedManager((await profile.openSignedInTab()).auth)
    await profile.pass(301_000)
    const reply = createDeferred()
    profile.server.answerNext(arrivingWith(reply.promise))
    let access: { readonly value: AccessTokenState } | undefined
    const { Recorder } = recorder(() => (access = useAccessToken()))
    const { unmount } = await mount(auth, Recorder)
    unmount()
    expect(wishes.map((wish) => wish?.signal?.aborted)).toEqual([true])
    expect(subscriptions()).toBe(0)
    reply.resolve()
    await rest()
    expect(access?.value.status).toBe('pending')
    expect(profile.server.counts.grants).toBe(1)
  })
})
