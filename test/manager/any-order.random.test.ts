import { describe, expect, it } from 'vitest'
import type { TokenStore } from '../../src/index.ts'
import { noLocks } from '../support/open-tabs.ts'
import { createSchedule, playSchedule } from '../support/schedule.ts'

// Hundreds of schedules each, which take a while on a machine with other work.
describe('three tabs that do anything in any order', () => {
  it('keep their session, spend each token once and leave nothing behind', async () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const schedule = createSchedule(seed, true)
      const { profile, below, actions } = schedule
      const options = { refreshAhead: 'visible' as const }
      const tabs = [
        await profile.openSignedInTab(options),
        profile.openTab(options),
        profile.openTab(),
      ]
      const outcome = await playSchedule(schedule, tabs, [
        ...actions,
        (tab) => tab.page.emit('restore'),
        () => below(3) > 0 || profile.clock.stepWallClock(below(7_200_000) - 3_600_000),
      ])
      expect(outcome, `seed ${seed}`).toEqual({
        isOver: true,
        replays: 0,
        states: ['signed-in', 'signed-in', 'signed-in'],
        timers: 0,
      })
    }
  })

  it('agree in the end on who is signed in, whatever storage, locks and channel do', async () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const schedule = createSchedule(seed, false)
      const { profile, below, turns, calls, actions } = schedule
      let isFlaky = false
      const trouble = async (): Promise<void> => {
        if (isFlaky && below(8) === 0) throw new Error('storage refuses')
        await turns(2)
      }
      const storage: TokenStore = {
        async read(key) {
          await trouble()
          return profile.store.read(key)
        },
        async update(key, change, how) {
          await trouble()
          const result = await profile.store.update(key, change, how)
          await turns(2)
          return result
        },
      }
      const tabs = [0, 1, 2].map(() =>
        profile.openTab(
          { storage, refreshAhead: 'visible' },
          {
            ...(below(3) === 0 && { openChannel: () => undefined }),
            ...(seed % 3 === 0 && { locks: noLocks }),
          },
        ),
      )
      await tabs[0]?.auth.startSession(profile.server.signIn())
      isFlaky = seed % 2 === 0
      const outcome = await playSchedule(
        schedule,
        tabs,
        [
          ...actions,
          ({ auth }) => {
            if (below(3) > 0) return undefined
            const leaving = auth.signOut({ revoke: false, endSession: false })
            calls.push(leaving)
            expect(auth.getState().status, `seed ${seed}`).toBe('signed-out')
            return isFlaky ? undefined : leaving
          },
          ({ auth }) => {
            if (isFlaky || below(3) > 0) return undefined
            return auth.startSession(profile.server.signIn())
          },
        ],
        () => (isFlaky = false),
      )
      const [status] = outcome.states
      // Where storage refuses a reply until its lease is over, nobody can know what came of the attempt:
      // whoever claims after it presents the same refresh token, once more for each.
      const unknown = tabs
        .flatMap(({ events }) => events)
        .filter((event) => event.type === 'claimed' && event.unknown > 0).length
      const replays = seed % 2 === 0 ? Math.max(0, outcome.replays - unknown) : outcome.replays
      expect({ ...outcome, replays }, `seed ${seed}`).toEqual({
        isOver: true,
        replays: 0,
        states: [status, status, status],
        timers: 0,
      })
    }
  })
})
