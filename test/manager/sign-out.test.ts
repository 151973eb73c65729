import { describe, expect, it, vi } from 'vitest'
import { createDeferred } from '../support/deferred.ts'
import { failureOf, named } from '../support/failure.ts'
import { idToken } from '../support/id-token.ts'
import { newest } from '../support/newest.ts'
import { openTabs } from '../support/open-tabs.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'

const signedOut = { status: 'signed-out', reason: 'signed-out' }

describe('signOut', () => {
  it('signs all tabs out at once', async () => {
    const { profile, tab, tabs } = await openTabs(5)
    const at = profile.clock.now()
    await tab.auth.signOut()
    await settle()
    for (const { auth, events } of tabs) {
      expect(auth.getState()).toEqual(signedOut)
      expect(named(await failureOf(auth.getAccessToken()))).toBe('SessionEndedError SIGNED_OUT')
      const [type, code] = ['session-ended', 'SIGNED_OUT']
      const decidedHere = auth === tab.auth
      expect(events).toContainEqual({ type, reason: 'signed-out', code, decidedHere, at })
    }
    expect(profile.server.counts).toMatchObject({ requests: 0, revocations: 1 })
    expect(profile.api.requests).toHaveLength(0)
  })

  it('is over here before it has asked anybody', async () => {
    const tab = await createProfile().openSignedInTab()
    const leaving = tab.auth.signOut()
    expect(tab.auth.getState()).toEqual(signedOut)
    await leaving
  })

  it('outlasts a reload', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    await tab.auth.signOut()
    const { auth } = profile.openTab()
    await expect(auth.ready).resolves.toEqual(signedOut)
  })

  it('waits no longer than 3 s for a revocation that is not answered', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab(
      {
        fetch: () => new Promise(() => {}),
        postLogoutRedirectUri: 'https://app.example/bye',
        endSession: { url: 'https://as.example/logout' },
      },
      { clock: { ...profile.clock, isPunctual: true } },
    )
    let isOver = false
    const leaving = tab.auth.signOut().then(() => {
      isOver = true
    })
    await settle()
    profile.clock.advance(2_999)
    await settle()
    expect(isOver).toBe(false)
    profile.clock.advance(1)
    await leaving
    expect(tab.navigation.left).toHaveLength(1)
  })

  it('revokes the newest refresh token, unless it is told not to', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    await tab.auth.refresh()
    await tab.auth.signOut()
    expect(profile.sent.at(-1)?.parameters.get('token')).toBe(profile.server.secrets.at(-1))

    await tab.auth.startSession(profile.server.signIn())
    await tab.auth.signOut({ revoke: false })
    expect(profile.server.counts.revocations).toBe(1)
    expect(tab.auth.getState()).toEqual(signedOut)
  })

  it('revokes the newest refresh token although nobody told this tab of it', async () => {
    const profile = createProfile()
    const ports = { openChannel: () => undefined }
    const { tab, peer } = await openTabs(2, {}, profile, ports)
    await peer.auth.refresh()
    await tab.auth.signOut()
    expect(profile.sent.at(-1)?.parameters.get('token')).toBe(profile.server.secrets.at(-1))
  })

  it('revokes the refresh token that this tab knows, of a session that has ended elsewhere without its hearing', async () => {
    const profile = createProfile()
    const ports = { openChannel: () => undefined }
    const { tab, peer } = await openTabs(2, {}, profile, ports)
    await peer.auth.signOut({ revoke: false })
    await tab.auth.signOut()
    expect(profile.sent.at(-1)?.parameters.get('token')).toBe(newest(profile, 'refresh'))
  })

  it('reaches a page at once that is back from the back/forward cache', async () => {
    const { tab, peer } = await openTabs()
    peer.page.emit('hide')
    await settle()
    peer.page.emit('restore')
    await settle()
    await tab.auth.signOut({ revoke: false })
    await settle()
    expect(peer.auth.getState()).toEqual(signedOut)
  })

  it('of nobody does no harm', async () => {
    const profile = createProfile()
    const { auth, events } = profile.openTab()
    await auth.signOut()
    await auth.signOut()
    expect(auth.getState()).toEqual(signedOut)
    expect(profile.sent).toHaveLength(0)
    expect(events.filter(({ type }) => type === 'session-ended')).toHaveLength(0)
  })

  it('before the stored session was read ends it all the same', async () => {
    const { profile, peer } = await openTabs()
    const { auth } = profile.openTab()
    await auth.signOut()
    await settle()
    expect(auth.getState()).toEqual(signedOut)
    expect(peer.auth.getState()).toEqual(signedOut)
    expect(profile.server.counts.revocations).toBe(1)
  })
})

describe('signOut at the server', () => {
  const postLogoutRedirectUri = 'https://app.example/bye'

  it('goes to the end-session endpoint, with where to return and the id_token as a hint', async () => {
    const profile = createProfile()
    const hint = idToken()
    const tab = profile.openTab({
      authorizationServer: {
        ...profile.server.metadata,
        end_session_endpoint: 'https://as.example/logout?tenant=1',
      },
      postLogoutRedirectUri,
    })
    await tab.auth.startSession(profile.server.signIn({ id_token: hint }))
    await tab.auth.signOut()
    const [left = ''] = tab.navigation.left
    expect(left).toMatch('https://as.example/logout?')
    expect(Object.fromEntries(new URL(left).searchParams)).toEqual({
      tenant: '1',
      client_id: 'spa',
      post_logout_redirect_uri: postLogoutRedirectUri,
      id_token_hint: hint,
    })
  })

  describe('has the id_token as a hint, if one was known', () => {
    const hint = idToken()
    const withHint = { endSession: undefined, postLogoutRedirectUri }

    async function openHintedTabs(): Promise<{ profile: Profile; tabs: readonly Tab[] }> {
      const profile = createProfile()
      const authorizationServer = {
        ...profile.server.metadata,
        end_session_endpoint: 'https://as.example/logout',
      }
      const tabs = [1, 2].map(() => profile.openTab({ ...withHint, authorizationServer }))
      await tabs[0]?.auth.startSession(profile.server.signIn({ id_token: hint }))
      await settle()
      return { profile, tabs }
    }
    const hintsOf = ({ navigation }: Tab): readonly (string | null)[] =>
      navigation.left.map((url) => new URL(url).searchParams.get('id_token_hint'))

    it('at a double click, which waits for the revocation of the first', async () => {
      const { profile, tabs } = await openHintedTabs()
      const [tab] = tabs as readonly [Tab]
      await Promise.all([tab.auth.signOut(), tab.auth.signOut()])
      expect(hintsOf(tab)).toEqual([hint, hint])
      expect(profile.server.counts.revocations).toBe(1)
    })

    it('in two tabs at once', async () => {
      const { tabs } = await openHintedTabs()
      await Promise.all(tabs.map(({ auth }) => auth.signOut()))
      expect(tabs.flatMap(hintsOf)).toEqual([hint, hint])
    })

    it('after the server has ended the session, in every tab that has seen it', async () => {
      const { profile, tabs } = await openHintedTabs()
      profile.server.revokeFamilies()
      await failureOf((tabs[0] as Tab).auth.refresh())
      await settle()
      for (const tab of tabs) await tab.auth.signOut()
      expect(tabs.flatMap(hintsOf)).toEqual([hint, hint])
    })

    it('and not that of a user who was here before', async () => {
      const { profile, tabs } = await openHintedTabs()
      const [tab] = tabs as readonly [Tab]
      await tab.auth.startSession(profile.server.signIn())
      await tab.auth.signOut()
      expect(hintsOf(tab)).toEqual([null])
    })

    it('and leaves it in no storage', async () => {
      const { profile, tabs } = await openHintedTabs()
      const stored = vi.spyOn(profile.store, 'update')
      await tabs[0]?.auth.signOut()
      expect(stored).toHaveBeenCalled()
      const name = `session ${encodeURIComponent(profile.server.issuer)} spa default`
      expect(JSON.stringify(await profile.store.read(name))).not.toContain(hint)
    })
  })

  it('goes where the vendor wants it, in the words of the vendor', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab({
      postLogoutRedirectUri,
      endSession: { url: 'https://as.example/v2/logout', returnToParameter: 'returnTo' },
    })
    await tab.auth.signOut()
    expect(tab.navigation.left).toEqual([
      'https://as.example/v2/logout?client_id=spa&returnTo=https%3A%2F%2Fapp.example%2Fbye',
    ])
  })

  it('stays here without an endpoint, without a way back, or when told so', async () => {
    const profile = createProfile()
    const endSession = { url: 'https://as.example/logout' }
    const tabs = [
      await profile.openSignedInTab({ postLogoutRedirectUri }),
      await profile.openSignedInTab({ endSession }),
      await profile.openSignedInTab({ endSession, postLogoutRedirectUri }),
    ]
    for (const { auth, navigation } of tabs) {
      await auth.signOut({ endSession: false })
      expect(navigation.left).toEqual([])
    }
    for (const { auth, navigation } of tabs.slice(0, 2)) {
      await auth.signOut()
      expect(navigation.left).toEqual([])
    }
  })
})

describe('signOut during a rotation', () => {
  it('does not keep the next session from being renewed', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    profile.clock.advance(600_000)
    profile.server.answerNext(() => new Promise(() => {}))
    const call = failureOf(tab.auth.getAccessToken())
    await settle()
    await tab.auth.signOut()
    await call
    await tab.auth.startSession(profile.server.signIn())
    profile.clock.advance(1_000)
    await expect(tab.auth.getAccessToken()).resolves.toBeTypeOf('string')
    await expect(profile.passUntil(tab.auth.refresh())).resolves.toBeUndefined()
  })
})

describe('a sign-in right after a sign-out', () => {
  it('stands in every tab, though nobody waited for the sign-out', async () => {
    const { profile, tab, peer } = await openTabs()
    const leaving = tab.auth.signOut({ revoke: false, endSession: false })
    const calls = [failureOf(tab.auth.getAccessToken())]
    await tab.auth.startSession(profile.server.signIn())
    await Promise.all([leaving, ...calls])
    await profile.pass(1_000)
    await expect(tab.call()).resolves.toBe(200)
    await expect(peer.call()).resolves.toBe(200)
  })
})

describe('signOut when storage refuses', () => {
  it('fulfils, and this tab stays signed out', async () => {
    const { profile, tab, peer } = await openTabs()
    profile.store.refuses = (operation) => operation === 'update'
    await tab.auth.signOut()
    expect(tab.auth.getState()).toEqual(signedOut)
    expect(tab.events).toContainEqual(expect.objectContaining({ type: 'persistence-failed' }))
    expect(profile.server.counts.revocations).toBe(1)
    for (const event of ['visible', 'restore', 'online'] as const) {
      tab.page.emit(event)
      await settle()
      expect(tab.auth.getState()).toEqual(signedOut)
      expect(named(await failureOf(tab.auth.getAccessToken()))).toBe('SessionEndedError SIGNED_OUT')
    }
    // The server does what storage did not.
    profile.store.refuses = () => false
    await failureOf(peer.auth.refresh())
    await settle()
    expect(peer.auth.getState()).toMatchObject({ status: 'signed-out' })
  })

  it('is not undone in this tab by a peer that renews', async () => {
    const { profile, tab, peer } = await openTabs()
    profile.store.refuses = (operation) => operation === 'update'
    await tab.auth.signOut({ revoke: false })
    profile.store.refuses = () => false
    await peer.auth.refresh()
    await settle()
    expect(tab.auth.getState()).toEqual(signedOut)
    expect(named(await failureOf(tab.auth.getAccessToken()))).toBe('SessionEndedError SIGNED_OUT')
  })

  it('leaves a later sign-in of another tab alone', async () => {
    const { profile, tab, peer } = await openTabs()
    profile.store.refuses = () => true
    await tab.auth.signOut()
    profile.store.refuses = () => false
    profile.clock.advance(1_000)
    const second = profile.server.signIn()
    await peer.auth.startSession(second)
    await settle()
    expect(await tab.auth.getAccessToken()).toBe(second.access_token)
  })
})

describe('a sign-in in one tab', () => {
  it('is found by the next call of a tab that nobody told of it', async () => {
    const profile = createProfile()
    const ports = { openChannel: () => undefined }
    const tab = profile.openTab({}, ports)
    await tab.auth.ready
    await profile.openSignedInTab({}, ports)
    await profile.pass(11_000)
    await expect(tab.auth.getAccessToken()).resolves.toBe(newest(profile, 'access'))
  })

  it('after a sign-out begins anew', async () => {
    const { profile, tab, peer, tabs } = await openTabs(3)
    await tab.auth.signOut()
    const response = profile.server.signIn()
    await peer.auth.startSession(response)
    await settle()
    for (const { auth } of tabs) {
      expect(await auth.getAccessToken()).toBe(response.access_token)
    }
  })
})

describe('another user who signs in', () => {
  async function switched(sub: string): Promise<{ profile: Profile; call: Promise<number> }> {
    const profile = createProfile()
    const tab = profile.openTab()
    const peer = profile.openTab()
    await peer.auth.startSession(profile.server.signIn({ id_token: idToken({ sub: 'alice' }) }))
    await settle()
    const answer = createDeferred()
    profile.api.answersAfter = answer.promise
    const call = tab.call()
    await settle()
    profile.server.revokeAccessTokens()
    await peer.auth.startSession(profile.server.signIn({ id_token: idToken({ sub }) }))
    await settle()
    answer.resolve()
    return { profile, call }
  }

  it('does not get a request of the user before', async () => {
    const { profile, call } = await switched('bob')
    expect(named(await failureOf(call))).toBe('SessionChangedError SESSION_CHANGED')
    expect(profile.api.requests).toHaveLength(1)
    expect(profile.server.counts.requests).toBe(0)
  })

  it('who is the same one does', async () => {
    const { profile, call } = await switched('alice')
    expect(await call).toBe(200)
    expect(profile.api.requests).toHaveLength(2)
    expect(profile.server.counts.requests).toBe(0)
  })
})
