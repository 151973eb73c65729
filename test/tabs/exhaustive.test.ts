import { describe, expect, it } from 'vitest'
import { enoughTimeMs, expectKeptInEveryOrder } from './expect-kept.ts'
import { walk } from './walk.ts'
import { twoTabs, wishes } from './walks.ts'

const yesAndNo = [true, false]

describe.each(Object.keys(wishes))('two tabs that want %s', (wish) => {
  for (const locks of yesAndNo) {
    for (const channel of yesAndNo) {
      // Without both nothing but time tells a waiting tab that the other one is done.
      const timeMayPass = !locks && !channel
      const parts = `${locks ? 'with' : 'without'} locks, ${channel ? 'with' : 'without'} a channel`
      it(`keep every promise in every order of steps, ${parts}`, { timeout: enoughTimeMs }, () =>
        expectKeptInEveryOrder(twoTabs({ wish, locks, channel, timeMayPass })),
      )
    }
  }
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
