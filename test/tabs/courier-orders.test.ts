import { describe, it } from 'vitest'
import { enoughTimeMs, expectKeptByChance, expectKeptInEveryOrder } from './expect-kept.ts'
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
