import { describe, expect, it } from 'vitest'
import { enoughTimeMs, expectKeptByChance, expectKeptInEveryOrder } from './expect-kept.ts'
import { walk } from './walk.ts'
import { twoTabs, wishes } from './walks.ts'

/** By chance, where every order takes too long for each run. */
const sample = 150

describe('two tabs and a courier keep every promise', () => {
  it.each(Object.keys(wishes))(
    'in every order of steps through one rotation, without a channel: %s',
    { timeout: enoughTimeMs },
    (wish) => expectKeptInEveryOrder(twoTabs({ wish, locks: true, channel: false, courier: true })),
  )

  it(
    'in every order of steps through one rotation, with a channel: a refresh',
    { timeout: enoughTimeMs },
    () =>
      expectKeptInEveryOrder(
        twoTabs({ wish: 'a refresh', locks: true, channel: true, courier: true }),
      ),
  )

  it(
    'in every order of steps, wherever the tab is killed whose letter it is',
    { timeout: enoughTimeMs },
    () =>
      expectKeptInEveryOrder(
        twoTabs({
          wish: 'a refresh',
          locks: true,
          channel: false,
          courier: true,
          fault: 'tab 1 is killed',
        }),
      ),
  )

  it.each(Object.keys(wishes))(
    'in orders that chance takes, without locks: %s',
    { timeout: enoughTimeMs },
    (wish) => {
      const how = { wish, locks: false, channel: false, courier: true, timeMayPass: true }
      return expectKeptByChance(twoTabs(how), sample)
    },
  )
})

it('the schedules that are spared with a courier tell no other story', async () => {
  const what = twoTabs({ wish: 'a refresh', locks: true, channel: false, courier: true })
  const some = await walk(what)
  const all = await walk(what, { everyOrder: true })
  expect(all.isComplete).toBe(true)
  expect(all.schedules).toBeGreaterThan(some.schedules)
  expect([...some.stories].sort()).toEqual([...all.stories].sort())
})
