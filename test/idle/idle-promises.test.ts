import { describe, expect, it } from 'vitest'
import type { TokenManagerOptions, Ports } from '../../src/index.ts'
import { idle, type Idle } from '../../src/idle/index.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import { createMemoryPageEvents } from '../../src/testing/memory-page-events.ts'
import { idToken } from '../support/id-token.ts'
import { storedRecord } from '../support/stored-record.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const afterMs = 15 * minuteMs

function openTab(
  profile: Profile,
  more: Partial<TokenManagerOptions> = {},
  ports: Partial<Ports> = {},
): Tab & { readonly idle: Idle } {
  const inactivity = idle({ afterMs })
  const tab = profile.openTab({ idle: inactivity, ...more }, ports)
  return Object.assign(tab, { idle: inactivity })
}

function ends(...tabs: readonly Tab[]) {
  return tabs.flatMap(({ events }) => events.filter(({ type }) => type === 'session-ended'))
}

const signedInAs = (sub: string) => ({ status: 'signed-in', sub })

describe('activity that a page could not write before it was put away', () => {
  it('does not end the session of whoever has signed in since (promise 2)', async () => {
    const profile = createProfile({ expiresIn: 36_000 })
    // Its timers stand still while it is away, and are all overdue when it is back.
    const timers = createManualClock(profile.clock.now())
    const clock = { ...profile.clock, schedule: timers.schedule }
    const away = openTab(profile, {}, { clock })
    const ada = profile.server.signIn({ id_token: idToken({ sub: 'ada' }) })
    await away.auth.startSession(ada)
    await settle()
    await profile.pass(10_000)
    // It is to be written 20 s later, but the page is put away before.
    away.idle.active()
    away.page.emit('hide')

    await profile.pass(3 * hourMs)
    const here = openTab(profile)
    await here.auth.startSession(profile.server.signIn({ id_token: idToken({ sub: 'bob' }) }))
    await settle()
    await profile.pass(2_000)

    away.page.emit('restore')
    timers.advance(30_000)
    await settle()
    expect(here.auth.getState()).toMatchObject(signedInAs('bob'))

    // Bob reloads, or opens a link in a new tab, two seconds after he has signed in.
    const { auth } = openTab(profile)
    expect(await auth.ready).toMatchObject(signedInAs('bob'))
  })

  it('makes no session of another user older than it is', async () => {
    const profile = createProfile({ expiresIn: 36_000 })
    const noChannel = { openChannel: () => undefined }
    const tab = openTab(profile, {}, noChannel)
    await tab.auth.startSession(profile.server.signIn())
    await profile.pass(10_000)
    tab.idle.active()
    await settle()
    await profile.pass(15_000)
    const peer = openTab(profile, {}, noChannel)
    await peer.auth.startSession(profile.server.signIn({ id_token: idToken({ sub: 'bob' }) }))
    const startedAt = profile.clock.now()
    await profile.pass(10_000)
    const { epoch, session } = (await storedRecord(profile)) as {
      epoch: number
      session: { activeAt?: number }
    }
    expect(session.activeAt ?? epoch).toBeGreaterThanOrEqual(startedAt)
  })
})

describe('the event session-ended of an idle end', () => {
  it('says `decidedHere` in each tab that storage refuses, which cannot know of the others', async () => {
    const profile = createProfile({ expiresIn: 36_000 })
    const tabs = [openTab(profile), openTab(profile)] as const
    await tabs[0].auth.startSession(profile.server.signIn())
    await settle()
    profile.store.refuses = () => true
    await profile.pass(afterMs + 1_000)
    profile.store.refuses = () => false
    for (const { page } of tabs) {
      page.emit('visible')
      await settle()
    }
    expect(JSON.stringify(await storedRecord(profile))).toContain('"endedBy":"idle"')
    expect(ends(...tabs)).toHaveLength(2)
    expect(ends(...tabs).map((end) => 'decidedHere' in end && end.decidedHere)).toEqual([
      true,
      true,
    ])
  })

  it('is told once, also if the user signs out before storage has heard of the end', async () => {
    const profile = createProfile({ expiresIn: 36_000 })
    const tab = openTab(profile)
    await tab.auth.startSession(profile.server.signIn())
    await settle()
    profile.store.refuses = () => true
    await profile.pass(afterMs + 1_000)
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-out', reason: 'idle' })
    expect(ends(tab)).toHaveLength(1)
    profile.store.refuses = () => false
    await tab.auth.signOut()
    await settle()
    expect(ends(tab)).toHaveLength(1)
  })
})

describe('the answer to a warning', () => {
  it('counts for all tabs, though storage refuses it for a moment (promise 2)', async () => {
    const profile = createProfile({ expiresIn: 36_000 })
    const tab = openTab(profile)
    const peer = openTab(profile)
    await tab.auth.startSession(profile.server.signIn())
    await settle()
    await profile.pass(afterMs - 30_000)
    expect(peer.idle.getState().status).toBe('warning')
    profile.store.refuses = (operation) => operation === 'update'
    tab.idle.active()
    await settle()
    profile.store.refuses = () => false
    await profile.pass(2 * minuteMs)
    for (const { auth } of [tab, peer])
      expect(auth.getState()).toMatchObject({ status: 'signed-in' })
  })
})

describe('a page that is only prerendered', () => {
  it('sends nothing, also where it finds a session that is over', async () => {
    const profile = createProfile({ expiresIn: 36_000 })
    const tab = openTab(profile)
    await tab.auth.startSession(profile.server.signIn())
    tab.auth.dispose()
    profile.clock.advance(14 * hourMs)
    const pageEvents = createMemoryPageEvents()
    pageEvents.setPrerendering(true)
    const { auth } = openTab(profile, {}, { pageEvents })
    await auth.ready
    await settle()
    expect(profile.sent).toEqual([])
  })
})
