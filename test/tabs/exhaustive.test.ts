import { describe, expect, it } from 'vitest'
import { walk, type Walk } from './walk.ts'
import { firstWishes, redemptionDuringSignOut, twoTabs, wishes } from './walks.ts'

const yesAndNo = [true, false]
const enoughTimeMs = 300_000

/** @param limit No more schedules than that; otherwise all. */
async function expectKept(what: Walk, limit?: number): Promise<void> {
  const how = limit === undefined ? {} : { limit }
  const { schedules, spared, broken, trace, isComplete } = await walk(what, how)
  if (broken) expect.fail([`${broken.promise}: ${broken.words}`, ...trace].join('\n'))
  expect(isComplete).toBe(limit === undefined)
  process.stdout.write(`${schedules} schedules (${spared} more that come to the same)\n`)
}

describe.each(Object.keys(wishes))('two tabs that want %s', (wish) => {
  for (const locks of yesAndNo) {
    for (const channel of yesAndNo) {
      // Without both nothing but time tells a waiting tab that the other one is done.
      const timeMayPass = !locks && !channel
      const parts = `${locks ? 'with' : 'without'} locks, ${channel ? 'with' : 'without'} a channel`
      it(`keep every promise in every order of steps, ${parts}`, { timeout: enoughTimeMs }, () =>
        expectKept(twoTabs({ wish, locks, channel, timeMayPass })),
      )
    }
  }
})

/** Where it matters to the outcome whether the server has a grace period. */
const losingReplies = ['tab 1 is killed', 'tab 1 is put away', 'the reply is lost']

/** So many schedules follow a lost reply, with its retries, that only the first ones are run. */
const limits: Readonly<Record<string, number>> = { 'the reply is lost': 1_000 }

/** Whether the other tab may have to wait for time to pass, with locks; without them it may. */
const oneFault: Readonly<Record<string, boolean>> = {
  'tab 1 is killed': false,
  'tab 1 is put away': false,
  'tab 1 is put away and loses its lock': false,
  'tab 1 signs out': false,
  'tab 1 signs bob in': false,
  'tab 1 signs alice in again, with the same refresh token': false,
  'tab 1 is frozen': true,
  'tab 1 loses its lock': true,
  'the reply is lost': true,
  'storage refuses from now on': true,
}

describe.each(Object.entries(oneFault))('two tabs that refresh while %s', (fault, waits) => {
  for (const locks of fault === 'tab 1 loses its lock' ? [true] : yesAndNo) {
    for (const graceful of losingReplies.includes(fault) ? yesAndNo : [false]) {
      const parts = `${locks ? 'with' : 'without'} locks, ${graceful ? 'graceful' : 'strict'} server`
      it(`keep every promise wherever it comes, ${parts}`, { timeout: enoughTimeMs }, () => {
        const how = { wish: 'a refresh', channel: locks, locks, graceful, fault }
        return expectKept(twoTabs({ ...how, timeMayPass: waits || !locks }), limits[fault])
      })
    }
  }
})

describe.each(Object.keys(firstWishes))(
  'two tabs that want %s while tab 1 signs bob in',
  (wish) => {
    for (const channel of yesAndNo) {
      const parts = `${channel ? 'with' : 'without'} a channel`
      it(
        `get nothing of another user, wherever it comes, ${parts}`,
        { timeout: enoughTimeMs },
        () => {
          const how = { wish, channel, locks: true, fault: 'tab 1 signs bob in' }
          return expectKept(twoTabs({ ...how, timeMayPass: !channel }))
        },
      )
    }
  },
)

describe('a tab that redeems a code while the other one signs out', () => {
  it.each(yesAndNo)(
    'keeps every promise wherever that comes, also if it signs in again: %s',
    { timeout: enoughTimeMs },
    (andIn) => expectKept(redemptionDuringSignOut({ andIn })),
  )
})

describe('the schedules that are spared', () => {
  it.each(Object.keys(wishes))(
    'tell no other story: %s',
    { timeout: enoughTimeMs },
    async (wish) => {
      const what = twoTabs({ wish, locks: true, channel: false })
      const some = await walk(what)
      const all = await walk(what, { everyOrder: true })
      expect(all.isComplete).toBe(true)
      expect(all.schedules).toBeGreaterThanOrEqual(some.schedules)
      expect([...some.stories].sort()).toEqual([...all.stories].sort())
    },
  )
})
