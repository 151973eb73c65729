import { describe, expect, it } from 'vitest'
import type { TokenManagerEvent } from '../../src/index.ts'
import { json } from '../oauth/server-double.ts'
import { expire, openExpiredTabs, openTabs } from '../support/open-tabs.ts'
import { removeRecord, storedRecord } from '../support/stored-record.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'

type Ended = TokenManagerEvent & { readonly type: 'session-ended' }

function endsOf({ events }: Pick<Tab, 'events'>): readonly Ended[] {
  return events.filter((event): event is Ended => event.type === 'session-ended')
}

/** What all tabs say together, which each says once. */
function endOf(tabs: readonly Tab[]): Omit<Ended, 'at' | 'decidedHere'> {
  const each = tabs.map(endsOf)
  expect(each.map(({ length }) => length)).toEqual(tabs.map(() => 1))
  const [first, ...others] = each.flat().map(({ at: _, decidedHere: __, ...said }) => said)
  for (const other of others) expect(other).toEqual(first)
  if (!first) throw new Error('Nobody has said anything.')
  return first
}

function deciders(tabs: readonly Tab[]): readonly number[] {
  return tabs.flatMap((tab, index) => endsOf(tab).flatMap((end) => (end.decidedHere ? index : [])))
}

async function ask({ auth }: Tab): Promise<void> {
  await auth.getAccessToken().catch(() => undefined)
}

/** Ways for a session to end, in three tabs of which the first two may do something about it. */
const ends: Readonly<
  Record<string, (profile: Profile, tabs: readonly [Tab, Tab, Tab]) => Promise<unknown>>
> = {
  'REJECTED invalid_grant': async ({ server }, tabs) => {
    server.answerNext(() =>
      json(400, {
        error: 'invalid_grant',
        error_description: `not ${server.secrets.at(-1)} any more`,
      }),
    )
    await Promise.all(tabs.map(ask))
  },
  'SIGNED_OUT ': (_, [tab]) => tab.auth.signOut(),
}

describe('session-ended', () => {
  it.each(Object.entries(ends))('says why, once in a tab: %s', async (why, end) => {
    const { profile, tabs } = await openExpiredTabs(3)
    await end(profile, tabs as unknown as readonly [Tab, Tab, Tab])
    await profile.pass(1_000)
    const { code, oauth } = endOf(tabs)
    expect(`${code} ${oauth?.error ?? ''}`).toBe(why)
    expect(deciders(tabs)).toHaveLength(1)
    expect(JSON.stringify(tabs.map(endsOf))).not.toMatch(/-secret-/)
  })

  it('is decided in no tab where storage was cleared, and nothing is written there', async () => {
    const { profile, tabs } = await openExpiredTabs(3)
    await removeRecord(profile)
    for (const { page } of tabs) page.emit('visible')
    await profile.pass(1_000)
    expect(endOf(tabs)).toMatchObject({ reason: 'storage-cleared', code: 'STORAGE_CLEARED' })
    expect(deciders(tabs)).toEqual([])
    expect(await storedRecord(profile)).toBeUndefined()
  })

  it('has the words of the server as the error has them', async () => {
    const { profile, tabs } = await openExpiredTabs()
    const token = profile.server.secrets.at(-1) ?? ''
    profile.server.answerNext(() =>
      json(400, { error: 'invalid_grant', error_description: `unknown: ${token}` }),
    )
    await Promise.all(tabs.map(ask))
    await settle()
    expect(endOf(tabs).oauth).toEqual({
      error: 'invalid_grant',
      error_description: 'unknown: [redacted]',
      status: 400,
    })
  })

  it('names the tab that has asked, not one that was told', async () => {
    const { tabs, peer, profile } = await openExpiredTabs(3)
    profile.server.revokeFamilies()
    await ask(peer)
    await settle()
    expect(deciders(tabs)).toEqual([1])
  })

  it('is counted once where several tabs decide at the same moment', async () => {
    const { tabs } = await openTabs(5)
    await Promise.all(tabs.map(({ auth }) => auth.signOut()))
    await settle()
    endOf(tabs)
    expect(deciders(tabs)).toHaveLength(1)
  })

  it('is counted once where a session without a refresh token runs out in all tabs', async () => {
    const profile = createProfile()
    const { tab, tabs } = await openTabs(3, {}, profile)
    const { refresh_token: _, ...reply } = profile.server.signIn()
    await tab.auth.startSession(reply)
    await settle()
    await expire(profile)
    await Promise.all(tabs.map(ask))
    await settle()
    expect(endOf(tabs)).toMatchObject({ reason: 'expired', code: 'EXPIRED' })
    expect(deciders(tabs)).toHaveLength(1)
  })

  it('is counted though the tab that signs out has not seen the session', async () => {
    const { profile, tabs } = await openTabs()
    const late = profile.openTab()
    await late.auth.signOut()
    await settle()
    expect([deciders(tabs), deciders([late])]).toEqual([[], [0]])
  })

  it('is counted for each session by itself', async () => {
    const { profile, tab, peer, tabs } = await openTabs()
    for (const one of [tab, peer, tab]) {
      await one.auth.signOut()
      await tab.auth.startSession(profile.server.signIn())
      await settle()
    }
    expect(tabs.map((each) => endsOf(each).map((end) => end.decidedHere))).toEqual([
      [true, false, true],
      [false, true, false],
    ])
  })

  it('is decided here where storage refuses to hear of it', async () => {
    const { profile, tab, peer } = await openTabs()
    profile.store.refuses = (operation) => operation === 'update'
    await tab.auth.signOut()
    await settle()
    expect(deciders([tab])).toEqual([0])
    profile.store.refuses = () => false
    await profile.pass(60_000)
    await ask(tab)
    await ask(peer)
    await settle()
    expect(deciders([tab, peer])).toEqual([0])
  })

  it('is decided here where storage says nothing, and said within its bound', async () => {
    const { profile, tab } = await openTabs()
    const { update } = profile.store
    profile.store.update = () => new Promise(() => {})
    const leaving = tab.auth.signOut()
    await profile.passUntil(leaving)
    expect(deciders([tab])).toEqual([0])
    profile.store.update = update
  })

  it('is no end where nothing was there, nor one that another session follows unseen', async () => {
    const profile = createProfile()
    const tab = profile.openTab()
    await tab.auth.signOut()
    await settle()
    expect(endsOf(tab)).toEqual([])
  })
})
