import { describe, expect, it } from 'vitest'
import { createMemoryPageEvents } from '../../src/testing/memory-page-events.ts'
import { sharedName } from '../support/protocol-facts.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'

const redirectUri = 'https://app.example/callback'

function openPrerendered(profile: Profile, url?: string) {
  const pageEvents = createMemoryPageEvents()
  pageEvents.setPrerendering(true)
  let locksAsked = 0
  const locks = {
    request(name: string) {
      locksAsked += 1
      return profile.locks.request(name)
    },
  }
  const tab: Tab = profile.openTab({ redirectUri }, { pageEvents, locks }, url)
  const show = (): void => {
    pageEvents.setPrerendering(false)
    pageEvents.emit('restore')
  }
  return { tab, show, locksAsked: () => locksAsked }
}

describe('a page that is only prerendered', () => {
  it('reads the session and serves a token that is there', async () => {
    const profile = createProfile()
    const peer = await profile.openSignedInTab()
    const { tab } = openPrerendered(profile)
    expect(await tab.auth.ready).toMatchObject({ status: 'signed-in' })
    expect(await tab.auth.getAccessToken()).toBe(await peer.auth.getAccessToken())
  })

  it('spends nothing and asks for no lock, however long it takes, and renews once it is shown', async () => {
    const profile = createProfile()
    await profile.openSignedInTab()
    profile.clock.advance(600_000)
    const { tab, show, locksAsked } = openPrerendered(profile)
    await tab.auth.ready
    const calls = [tab.auth.getAccessToken(), tab.call()]
    await profile.pass(120_000)
    expect(profile.sent).toEqual([])
    expect(locksAsked()).toBe(0)
    show()
    const [token, status] = await Promise.all(calls)
    expect(token).toBe(await tab.auth.getAccessToken())
    expect(status).toBe(200)
    expect(profile.server.counts).toMatchObject({ grants: 1 })
  })

  it('redeems no code before it is shown', async () => {
    const profile = createProfile()
    const before = profile.openTab({ redirectUri })
    // This page stays, so the promise rejects while time passes.
    before.auth.signIn().catch(() => undefined)
    await expect.poll(() => before.navigation.left).toHaveLength(1)
    const state = new URL(before.navigation.left[0] as string).searchParams.get('state')
    const callback = `${redirectUri}?code=c&state=${state}`
    const { tab, show } = openPrerendered(profile, callback)
    const arrived = tab.auth.handleRedirect()
    await profile.pass(60_000)
    expect(profile.sent).toEqual([])
    profile.server.answerNext(() => Response.json(profile.server.signIn()))
    show()
    await expect(arrived).resolves.toMatchObject({ returnTo: expect.anything() })
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-in' })
  })

  it('hears from the other tabs as soon as it is shown', async () => {
    const profile = createProfile()
    const peer = await profile.openSignedInTab()
    let channels = 0
    const pageEvents = createMemoryPageEvents()
    pageEvents.setPrerendering(true)
    const { auth } = profile.openTab(
      {},
      {
        pageEvents,
        openChannel(...given) {
          channels += 1
          expect(given[0]).toBe(sharedName)
          return profile.openChannel(...given)
        },
      },
    )
    await auth.ready
    expect(channels).toBe(0)
    pageEvents.emit('restore')
    expect(channels).toBe(1)
    await peer.auth.signOut({ revoke: false, endSession: false })
    await settle()
    expect(auth.getState()).toMatchObject({ status: 'signed-out', reason: 'signed-out' })
  })
})
