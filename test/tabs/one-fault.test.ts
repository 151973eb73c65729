import { describe, it } from 'vitest'
import { enoughTimeMs, expectKeptByChance, expectKeptInEveryOrder } from './expect-kept.ts'
import { firstWishes, redemptionDuringSignOut, twoTabs } from './walks.ts'

const yesAndNo = [true, false]

/**
 * So many by chance, where all orders are thousands. Whatever part of the protocol is taken out, the
 * first dozen shows it.
 */
const sample = 100

/** Whether the other tab may have to wait for time to pass, with locks; without them it may. */
const oneFault: Readonly<Record<string, boolean>> = {
  'tab 1 is killed': false,
  'tab 1 is put away': false,
  'tab 1 is put away and comes back': true,
  'tab 1 is put away and loses its lock': false,
  'tab 1 signs out': false,
  'tab 1 signs bob in': false,
  'tab 1 signs alice in again, with the same refresh token': false,
  'tab 1 is frozen': true,
  'tab 1 loses its lock': true,
  'the reply is lost': true,
  'storage refuses from now on': true,
  'storage refuses for a while': true,
  'storage refuses from now on, and tab 1 is put away': true,
}

/** Where it matters to the outcome whether the server has a grace period. */
const losingReplies = ['tab 1 is killed', 'tab 1 is put away', 'the reply is lost']

/** Few enough for every order, with locks and without both. */
const everyOrder = ['tab 1 is killed', 'tab 1 is put away', 'tab 1 is put away and loses its lock']

const browsers = [
  { locks: true, channel: true },
  { locks: false, channel: false },
  { locks: false, channel: true },
]

describe.each(Object.entries(oneFault))('two tabs that refresh while %s', (fault, waits) => {
  for (const { locks, channel } of browsers) {
    if (!locks && fault === 'tab 1 loses its lock') continue
    for (const graceful of losingReplies.includes(fault) ? yesAndNo : [false]) {
      const parts = `${locks ? 'with' : 'without'} locks, ${channel ? 'with' : 'without'} a channel`
      const server = graceful ? 'graceful' : 'strict'
      it(
        `keep every promise wherever it comes, ${parts}, ${server} server`,
        { timeout: enoughTimeMs },
        () => {
          const how = { wish: 'a refresh', channel, locks, graceful, fault }
          const isEvery = everyOrder.includes(fault) && locks === channel
          const timeMayPass = waits || !locks
          const what = twoTabs({ ...how, timeMayPass })
          return isEvery ? expectKeptInEveryOrder(what) : expectKeptByChance(what, sample)
        },
      )
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
          return expectKeptInEveryOrder(twoTabs({ ...how, timeMayPass: !channel }))
        },
      )
    }
  },
)

describe('a tab that redeems a code while the other one signs out', () => {
  it.each(yesAndNo)(
    'keeps every promise wherever that comes, also if it signs in again: %s',
    { timeout: enoughTimeMs },
    (andIn) => expectKeptInEveryOrder(redemptionDuringSignOut({ andIn })),
  )
})
