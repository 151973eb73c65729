import { afterEach, describe, expect, it, vi } from 'vitest'
import type { TokenManagerOptions } from '../../src/index.ts'
import { idle, type Idle, type IdleOptions, type IdleState } from '../../src/idle/index.ts'
import { failureOf } from '../support/failure.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import { storedRecord } from '../support/stored-record.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const afterMs = 15 * minuteMs

interface IdleTab extends Tab {
  readonly idle: Idle
  /** What the app was shown. */
  readonly shown: IdleState['status'][]
}

function openTab(
  profile: Profile,
  options: Partial<IdleOptions> = {},
  more: Partial<TokenManagerOptions> = {},
  ports: Parameters<Profile['openTab']>[1] = {},
): IdleTab {
  const inactivity = idle({ afterMs, ...options })
  const tab = profile.openTab({ idle: inactivity, ...more }, ports)
  const shown: IdleState['status'][] = []
  inactivity.subscribe(({ status }) => shown.push(status))
  return Object.assign(tab, { idle: inactivity, shown })
}

async function openTabs(count: number, options: Partial<IdleOptions> = {}) {
  const profile = createProfile({ expiresIn: 10 * 3_600 })
  const tabs = Array.from({ length: count }, () => openTab(profile, options))
  const [tab] = tabs as [IdleTab]
  await tab.auth.startSession(profile.server.signIn())
  await settle()
  return { profile, tab, tabs, peer: tabs[1] ?? tab }
}

const idleEnd = { status: 'signed-out', reason: 'idle' }
const signedIn = { status: 'signed-in' }
const idleError = { name: 'SessionEndedError', code: 'IDLE' }

/** What storage holds of the session, as text. */
async function everythingStored(profile: Profile): Promise<string> {
  return JSON.stringify(await storedRecord(profile))
}

afterEach(() => vi.unstubAllGlobals())

describe('a session that nobody uses', () => {
  it('ends in every tab when its time is over, and not before', async () => {
    const { profile, tabs } = await openTabs(3)
    await profile.pass(afterMs - 100)
    for (const { auth } of tabs) expect(auth.getState()).toMatchObject(signedIn)
    await profile.pass(200)
    for (const { auth } of tabs) expect(auth.getState()).toMatchObject(idleEnd)
    for (const { auth } of tabs) {
      expect(await failureOf(auth.getAccessToken())).toMatchObject(idleError)
    }
    expect(profile.server.counts.requests).toBe(0)
  })

  it.each([
    ['pointerdown', true],
    ['keydown', true],
    ['wheel', true],
    ['touchstart', true],
    ['scroll', false],
    ['pointermove', false],
  ])('is used by somebody who makes a %s: %s', async (type, counts) => {
    const heard = new Map<string, (event: unknown) => void>()
    vi.stubGlobal('document', {})
    vi.stubGlobal('addEventListener', (name: string, listener: (event: unknown) => void) =>
      heard.set(name, listener),
    )
    const { profile, tab } = await openTabs(1)
    await profile.pass(afterMs - minuteMs)
    heard.get(type)?.({ isTrusted: true })
    await profile.pass(2 * minuteMs)
    expect(tab.auth.getState()).toMatchObject(counts ? signedIn : idleEnd)
  })

  it('is used by whoever makes one of the events that the app names, and by nobody after that', async () => {
    const heard = new Map<string, (event: unknown) => void>()
    let signal: AbortSignal | undefined
    vi.stubGlobal('document', {})
    vi.stubGlobal('addEventListener', (...given: Parameters<typeof addEventListener>) => {
      const [name, listener, how] = given
      heard.set(name, listener as (event: unknown) => void)
      signal = (how as AddEventListenerOptions).signal
    })
    const { tab } = await openTabs(1, { events: ['scroll', 'dragover'] })
    expect([...heard.keys()]).toEqual(['scroll', 'dragover'])
    expect(signal?.aborted).toBe(false)
    tab.auth.dispose()
    expect(signal?.aborted).toBe(true)
  })

  it('is told of by one event in each tab, and in the state as an error', async () => {
    const { profile, tabs, peer } = await openTabs(3)
    await profile.pass(afterMs + minuteMs)
    for (const { events } of tabs) {
      expect(events.filter(({ type }) => type === 'session-ended')).toEqual([
        expect.objectContaining({ reason: 'idle' }),
      ])
    }
    expect(peer.auth.getState()).toMatchObject({ error: idleError })
  })

  it('leaves no token in storage, and its refresh token is revoked once', async () => {
    const { profile } = await openTabs(3)
    await profile.pass(afterMs + minuteMs)
    expect(await everythingStored(profile)).toMatch(/"endedBy":"idle"/)
    expect(await everythingStored(profile)).not.toMatch(/"session"|oken"/)
    expect(profile.sent.map(({ url }) => new URL(url).pathname)).toEqual(['/revoke'])
  })

  it('ends though renewals, requests and messages go on', async () => {
    const profile = createProfile({ expiresIn: 60 })
    const tab = openTab(profile, {}, { refreshAhead: 'visible' })
    await tab.auth.startSession(profile.server.signIn())
    for (let minute = 0; minute < 14; minute += 1) {
      await profile.pass(minuteMs)
      expect(await tab.call()).toBe(200)
    }
    expect(profile.server.counts.requests).toBeGreaterThan(10)
    await profile.pass(minuteMs + 100)
    expect(await failureOf(tab.call())).toMatchObject(idleError)
  })

  it('costs no look into storage and no write until its time is over', async () => {
    const { profile } = await openTabs(3)
    const { reads, updates } = profile.store
    await profile.pass(afterMs - 100)
    expect(profile.store).toMatchObject({ reads, updates })
  })

  it('is another one when the user signs in again', async () => {
    const { profile, tab, peer } = await openTabs(2)
    await profile.pass(afterMs + minuteMs)
    await tab.auth.startSession(profile.server.signIn())
    await profile.pass(afterMs - minuteMs)
    expect(peer.auth.getState()).toMatchObject(signedIn)
    await profile.pass(2 * minuteMs)
    expect(peer.auth.getState()).toMatchObject(idleEnd)
  })

  it('rejects who waits for a token', async () => {
    const profile = createProfile({ expiresIn: 60 })
    const tab = openTab(profile)
    await tab.auth.startSession(profile.server.signIn())
    await profile.pass(afterMs - 1_000)
    let answer = (_: Response): void => {}
    profile.server.answerAlways(() => new Promise((resolve) => (answer = resolve)))
    const waiting = failureOf(tab.auth.getAccessToken())
    await profile.pass(1_100)
    expect(await waiting).toMatchObject(idleError)
    answer(new Response(null, { status: 503 }))
    await settle()
  })

  it('ends where there is neither channel nor lock', async () => {
    const profile = createProfile({ expiresIn: 36_000 })
    const open = () => openTab(profile, {}, {}, { openChannel: () => undefined })
    const tab = open()
    await tab.auth.startSession(profile.server.signIn())
    const peer = open()
    await peer.auth.getAccessToken()
    await profile.pass(afterMs + 100)
    for (const { auth } of [tab, peer]) expect(auth.getState()).toMatchObject(idleEnd)
  })

  it('ends in this tab where storage is silent', async () => {
    const { profile, tab } = await openTabs(1)
    profile.store.refuses = () => true
    await profile.pass(afterMs + 100)
    expect(tab.auth.getState()).toMatchObject(idleEnd)
    expect(await failureOf(tab.auth.getAccessToken())).toMatchObject(idleError)
    tab.idle.active()
    await settle()
    expect(tab.auth.getState()).toMatchObject(idleEnd)
  })

  it('gives no token after a wake-up where storage cannot be asked', async () => {
    const { profile, tab } = await openTabs(1)
    profile.store.refuses = () => true
    profile.clock.stepWallClock(hourMs)
    expect(await failureOf(tab.auth.getAccessToken())).toMatchObject(idleError)
    profile.store.refuses = () => false
    tab.page.emit('visible')
    await settle()
    expect(await everythingStored(profile)).not.toMatch(/oken"/)
  })

  it('ends in a tab that keeps it in memory', async () => {
    const profile = createProfile({ expiresIn: 36_000 })
    const tab = openTab(profile, {}, { storage: 'memory' })
    await tab.auth.startSession(profile.server.signIn())
    await profile.pass(14 * minuteMs)
    tab.idle.active()
    await profile.pass(14 * minuteMs)
    expect(tab.auth.getState()).toMatchObject(signedIn)
    await profile.pass(2 * minuteMs)
    expect(tab.auth.getState()).toMatchObject(idleEnd)
  })

  it('leaves no timer behind when the manager is disposed of', async () => {
    const { profile, tab } = await openTabs(1)
    tab.idle.active()
    tab.auth.dispose()
    await settle()
    expect(profile.clock.timers()).toEqual([])
    tab.idle.active()
    expect(tab.idle.getState()).toEqual({ status: 'quiet' })
  })
})

describe('activity', () => {
  it('in any tab counts for all', async () => {
    const { profile, tabs } = await openTabs(3)
    for (let round = 0; round < 9; round += 1) {
      await profile.pass(14 * minuteMs)
      tabs[round % 3]?.idle.active()
      await settle()
    }
    for (const { auth } of tabs) expect(auth.getState()).toMatchObject(signedIn)
    await profile.pass(afterMs + 100)
    for (const { auth } of tabs) expect(auth.getState()).toMatchObject(idleEnd)
  })

  it('counts to the last, though it is seldom written', async () => {
    const { profile, tab, peer } = await openTabs(2)
    await profile.pass(5 * minuteMs)
    const { updates } = profile.store
    // A keystroke every 100 ms, for a minute.
    for (let round = 0; round < 600; round += 1) {
      tab.idle.active()
      await profile.pass(100)
    }
    expect(profile.store.updates - updates).toBeLessThanOrEqual(4)
    await profile.pass(afterMs - 500)
    expect(peer.auth.getState()).toMatchObject(signedIn)
    await profile.pass(1_000)
    expect(peer.auth.getState()).toMatchObject(idleEnd)
  })

  it('in two tabs by turns is written no more often', async () => {
    const { profile, tab, peer } = await openTabs(2)
    const { updates } = profile.store
    for (let round = 0; round < 600; round += 1) {
      for (const { idle: inactivity } of [tab, peer]) inactivity.active()
      await profile.pass(100)
    }
    expect(profile.store.updates - updates).toBeLessThanOrEqual(6)
  })

  it('that is written late takes nothing back from another tab, whose was later', async () => {
    const { profile, tab, peer } = await openTabs(2)
    await profile.pass(10_000)
    // Neither may write yet. Both will in one moment, and the one that was active later comes first.
    tab.idle.active()
    peer.idle.active()
    await profile.pass(10_000)
    tab.idle.active()
    peer.page.emit('hide')
    await profile.pass(9_000)
    const { clock } = profile
    clock.advance(2_000)
    await settle()
    const { session } = (await storedRecord(profile)) as { session: { activeAt: number } }
    expect(clock.now() - session.activeAt).toBe(11_000)
  })

  it('that comes after the time is over brings nothing back', async () => {
    const { profile, tab, peer } = await openTabs(2)
    profile.clock.stepWallClock(8 * hourMs)
    peer.idle.active()
    tab.idle.active()
    await settle()
    for (const { auth } of [tab, peer]) expect(auth.getState()).toMatchObject(idleEnd)
  })

  it('while nobody is signed in writes nothing', async () => {
    const profile = createProfile()
    const tab = openTab(profile)
    await tab.auth.ready
    tab.idle.active()
    await profile.pass(hourMs)
    expect(profile.store.updates).toBe(0)
    expect(tab.auth.getState()).toMatchObject({ reason: 'never' })
  })

  it('survives a renewal', async () => {
    const profile = createProfile({ expiresIn: 36_000 })
    const tab = openTab(profile)
    await tab.auth.startSession(profile.server.signIn())
    await profile.pass(14 * minuteMs)
    tab.idle.active()
    await settle()
    await tab.auth.refresh()
    tab.auth.dispose()
    await profile.pass(14 * minuteMs)
    const next = openTab(profile)
    expect(await next.auth.ready).toMatchObject(signedIn)
  })
})

describe('a warning', () => {
  it('comes in every tab in time, with the end, and no earlier', async () => {
    const { profile, tabs } = await openTabs(3, { warnBeforeMs: 2 * minuteMs })
    const endsAt = profile.clock.now() + afterMs
    await profile.pass(13 * minuteMs - 100)
    for (const { idle: inactivity } of tabs) {
      expect(inactivity.getState()).toEqual({ status: 'quiet' })
    }
    await profile.pass(200)
    for (const { idle: inactivity, shown } of tabs) {
      const { status, endsAt: told = 0 } = inactivity.getState() as {
        status: string
        endsAt?: number
      }
      expect(status).toBe('warning')
      expect(Math.abs(told - endsAt)).toBeLessThan(10)
      expect(inactivity.getState()).toBe(inactivity.getState())
      expect(shown).toEqual(['quiet', 'warning'])
    }
  })

  it('is answered in any of them, for all', async () => {
    const { profile, tabs, tab, peer } = await openTabs(3)
    await profile.pass(afterMs - 30_000)
    expect(tab.idle.getState().status).toBe('warning')
    peer.idle.active()
    await settle()
    for (const { shown } of tabs) expect(shown).toEqual(['quiet', 'warning', 'quiet'])
    await profile.pass(14 * minuteMs - 100)
    for (const { auth, shown } of tabs) {
      expect(auth.getState()).toMatchObject(signedIn)
      expect(shown).toHaveLength(3)
    }
  })

  it('is over with the session', async () => {
    const { profile, tabs, tab } = await openTabs(3)
    await profile.pass(afterMs - 30_000)
    await tab.auth.signOut()
    await settle()
    for (const { shown } of tabs) expect(shown).toEqual(['quiet', 'warning', 'quiet'])
    await profile.pass(hourMs)
    expect(tab.auth.getState()).toMatchObject({ reason: 'signed-out' })
  })

  it('does not come where it is not wanted', async () => {
    const { profile, tab } = await openTabs(1, { warnBeforeMs: 0 })
    await profile.pass(hourMs)
    expect(tab.auth.getState()).toMatchObject(idleEnd)
    expect(tab.shown).toEqual(['quiet'])
  })

  it('stops nothing if a listener of the app throws', async () => {
    const { profile, tab } = await openTabs(1)
    const thrown: unknown[] = []
    const hear = (error: unknown): number => thrown.push(error)
    process.on('uncaughtException', hear)
    tab.idle.subscribe(({ status }) => {
      if (status === 'warning') throw new Error('of the app')
    })
    await profile.pass(hourMs)
    process.off('uncaughtException', hear)
    expect(tab.auth.getState()).toMatchObject(idleEnd)
    expect(thrown).toHaveLength(1)
  })
})

describe('the next morning', () => {
  it('is signed out before `ready`, with nothing left in storage', async () => {
    const { profile, tab } = await openTabs(1)
    tab.auth.dispose()
    profile.clock.advance(14 * hourMs)
    const { auth, events } = openTab(profile)
    const states: string[] = []
    auth.subscribe(({ status }) => states.push(status))
    expect(await auth.ready).toMatchObject(idleEnd)
    expect(await everythingStored(profile)).not.toMatch(/oken"/)
    expect(states).toEqual(['restoring', 'signed-out'])
    expect(await failureOf(auth.getAccessToken())).toMatchObject(idleError)
    await settle()
    expect(profile.sent.map(({ url }) => new URL(url).pathname)).toEqual(['/revoke'])
    expect(events.filter(({ type }) => type === 'sent')).toEqual([])
  })

  it('gives no token to who asks before `ready`', async () => {
    const { profile, tab } = await openTabs(1)
    tab.auth.dispose()
    profile.clock.advance(14 * hourMs)
    expect(await failureOf(openTab(profile).call())).toMatchObject(idleError)
    expect(profile.api.requests).toEqual([])
  })

  it('is signed out also where storage takes no writes', async () => {
    const { profile, tab } = await openTabs(1)
    tab.auth.dispose()
    profile.clock.advance(14 * hourMs)
    profile.store.refuses = (operation) => operation === 'update'
    const { auth } = openTab(profile)
    expect(await auth.ready).toMatchObject(idleEnd)
    profile.store.refuses = () => false
    await failureOf(auth.getAccessToken())
    await profile.pass(hourMs)
    expect(await openTab(profile).auth.ready).toMatchObject(idleEnd)
    expect(await everythingStored(profile)).not.toMatch(/oken"/)
  })

  it('goes on after a short night', async () => {
    const { profile, tab } = await openTabs(1)
    tab.auth.dispose()
    profile.clock.advance(14 * minuteMs)
    const { auth } = openTab(profile)
    expect(await auth.ready).toMatchObject(signedIn)
    // To open a page is no activity: a page may open itself again and again.
    await profile.pass(2 * minuteMs)
    expect(auth.getState()).toMatchObject(idleEnd)
  })

  it('ends a session of before the option was there, from its beginning on', async () => {
    const profile = createProfile({ expiresIn: 36_000 })
    const { auth } = await profile.openSignedInTab()
    auth.dispose()
    await profile.pass(10 * minuteMs)
    expect(await openTab(profile).auth.ready).toMatchObject(signedIn)
    await profile.pass(10 * minuteMs)
    expect(await openTab(profile).auth.ready).toMatchObject(idleEnd)
  })

  it('lets a sign-in begin that is not to replace a session', async () => {
    const { profile, tab } = await openTabs(1)
    tab.auth.dispose()
    profile.clock.advance(14 * hourMs)
    const { auth } = openTab(profile)
    await auth.startSession(profile.server.signIn(), { ifSignedOut: true })
    expect(auth.getState()).toMatchObject(signedIn)
  })
})

describe('a machine that slept past the time', () => {
  it('serves no token, whatever is asked first', async () => {
    const { profile, tabs, tab, peer } = await openTabs(3)
    // The one clock stands still while a machine sleeps, as most engines have it, and no timer runs.
    profile.clock.stepWallClock(hourMs)
    expect(await failureOf(tab.auth.getAccessToken())).toMatchObject(idleError)
    expect(await failureOf(peer.call())).toMatchObject(idleError)
    expect(profile.api.requests).toEqual([])
    await settle()
    for (const { auth } of tabs) expect(auth.getState()).toMatchObject(idleEnd)
  })

  it('is found out by itself within half a minute, also where nobody asks', async () => {
    const { profile, tabs } = await openTabs(3)
    profile.clock.stepWallClock(hourMs)
    await profile.pass(30_000)
    for (const { auth } of tabs) expect(auth.getState()).toMatchObject(idleEnd)
  })

  it('serves no token where both clocks went on and timers did not', async () => {
    const profile = createProfile({ expiresIn: 36_000 })
    const clock = createManualClock(profile.clock.now())
    let sleptMs = 0
    const both = {
      ...clock,
      now: () => clock.now() + sleptMs,
      monotonic: () => clock.monotonic() + sleptMs,
    }
    const tab = openTab(profile, {}, {}, { clock: both })
    await tab.auth.startSession(profile.server.signIn())
    sleptMs = hourMs
    expect(await failureOf(tab.call())).toMatchObject(idleError)
    expect(profile.api.requests).toEqual([])
  })

  it('sends no renewal', async () => {
    const profile = createProfile({ expiresIn: 60 })
    const tab = openTab(profile, {}, { refreshAhead: 'visible' })
    await tab.auth.startSession(profile.server.signIn())
    profile.clock.stepWallClock(hourMs)
    tab.page.emit('resume')
    expect(await failureOf(tab.auth.refresh())).toMatchObject(idleError)
    await profile.pass(hourMs)
    expect(profile.server.counts.requests).toBe(0)
  })

  it('keeps nothing of a reply that was under way', async () => {
    const { profile, tab } = await openTabs(1)
    profile.server.answerNext(() => {
      profile.clock.stepWallClock(hourMs)
      return Response.json({
        access_token: 'late',
        token_type: 'Bearer',
        expires_in: 3_600,
        refresh_token: 'late-too',
      })
    })
    expect(await failureOf(tab.auth.refresh())).toMatchObject(idleError)
    await profile.pass(minuteMs)
    expect(await everythingStored(profile)).not.toMatch(/oken"|late/)
    const revoked = profile.sent.filter(({ url }) => url.endsWith('/revoke'))
    expect(revoked.map(({ parameters }) => parameters.get('token'))).toContain('late-too')
  })
})

describe('a page that was away', () => {
  it.each(['visible', 'resume', 'restore'] as const)(
    'shows the end when it is back (%s), as storage has it',
    async (event) => {
      const { profile, tab, peer } = await openTabs(2)
      peer.page.emit('hide')
      profile.clock.stepWallClock(hourMs)
      peer.page.emit(event)
      await settle()
      expect(peer.auth.getState()).toMatchObject(idleEnd)
      expect(await failureOf(tab.auth.getAccessToken())).toMatchObject(idleError)
    },
  )

  it('ends nothing that was used elsewhere meanwhile', async () => {
    const profile = createProfile({ expiresIn: 36_000 })
    const clock = createManualClock(profile.clock.now())
    const tab = openTab(profile)
    await tab.auth.startSession(profile.server.signIn())
    let behindMs = 0
    const frozen = openTab(
      profile,
      {},
      {},
      {
        clock: {
          ...clock,
          now: () => clock.now() + behindMs,
          monotonic: () => clock.monotonic() + behindMs,
        },
      },
    )
    await frozen.auth.ready
    frozen.page.emit('hide')
    for (let round = 0; round < 6; round += 1) {
      await profile.pass(10 * minuteMs)
      tab.idle.active()
      await settle()
    }
    behindMs = hourMs
    // Its own knowledge is an hour old: storage has the word, whatever comes first.
    frozen.idle.active()
    expect(await frozen.call()).toBe(200)
    frozen.page.emit('restore')
    clock.advance(minuteMs)
    await settle()
    for (const { auth } of [tab, frozen]) expect(auth.getState()).toMatchObject(signedIn)
  })

  it('warns at once if it comes back in time for that', async () => {
    const { profile, peer } = await openTabs(2)
    profile.clock.stepWallClock(afterMs - 30_000)
    peer.page.emit('visible')
    await settle()
    expect(peer.idle.getState().status).toBe('warning')
  })
})

describe('a clock that is set back', () => {
  it('makes no session last longer for a page that is open', async () => {
    const { profile, tabs } = await openTabs(3)
    await profile.pass(10 * minuteMs)
    profile.clock.stepWallClock(-3 * hourMs)
    await profile.pass(4 * minuteMs + 30_000)
    for (const { auth, idle: inactivity } of tabs) {
      expect(auth.getState()).toMatchObject(signedIn)
      expect(inactivity.getState()).toMatchObject({ status: 'warning' })
      const { endsAt } = inactivity.getState() as { endsAt: number }
      expect(Math.abs(endsAt - profile.clock.now() - 30_000)).toBeLessThan(2_000)
    }
    await profile.pass(31_000)
    for (const { auth } of tabs) expect(auth.getState()).toMatchObject(idleEnd)
  })

  it('ends no session that is in use, here or in a page that is opened then', async () => {
    const { profile, tab } = await openTabs(1)
    await profile.pass(10 * minuteMs)
    tab.idle.active()
    await settle()
    profile.clock.stepWallClock(-3 * hourMs)
    const later = openTab(profile)
    expect(await later.auth.ready).toMatchObject(signedIn)
    for (let round = 0; round < 6; round += 1) {
      await profile.pass(10 * minuteMs)
      tab.idle.active()
      await settle()
    }
    for (const { auth } of [tab, later]) expect(auth.getState()).toMatchObject(signedIn)
    await profile.pass(afterMs + 1_000)
    for (const { auth } of [tab, later]) expect(auth.getState()).toMatchObject(idleEnd)
  })

  it('is believed once: the next start counts from the one before', async () => {
    const { profile, tab } = await openTabs(1)
    tab.auth.dispose()
    profile.clock.stepWallClock(-3 * hourMs)
    const second = openTab(profile)
    expect(await second.auth.ready).toMatchObject(signedIn)
    await settle()
    second.auth.dispose()
    profile.clock.advance(afterMs + 2_000)
    expect(await openTab(profile).auth.ready).toMatchObject(idleEnd)
  })
})

describe('a clock that is set forward', () => {
  it('by less than the time costs no more than that', async () => {
    const { profile, tab } = await openTabs(1)
    profile.clock.stepWallClock(5 * minuteMs)
    await profile.pass(9 * minuteMs)
    expect(tab.auth.getState()).toMatchObject(signedIn)
    tab.idle.active()
    await profile.pass(14 * minuteMs)
    expect(tab.auth.getState()).toMatchObject(signedIn)
  })

  it('and back again, while the session is used, ends nothing', async () => {
    const { profile, tab, peer } = await openTabs(2)
    for (const stepMs of [10 * minuteMs, -10 * minuteMs, 10 * minuteMs, -10 * minuteMs]) {
      profile.clock.stepWallClock(stepMs)
      tab.idle.active()
      await profile.pass(4 * minuteMs)
    }
    for (const { auth } of [tab, peer]) expect(auth.getState()).toMatchObject(signedIn)
  })
})
