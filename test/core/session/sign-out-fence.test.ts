import { expect, it } from 'vitest'
import type { RecordKeeper } from '../../../src/core/record/record-keeper.ts'
import { blankRecord, type SessionRecord } from '../../../src/core/record/session-record.ts'
import { createSignOutFence } from '../../../src/core/session/sign-out-fence.ts'
import { createManualClock } from '../../../src/testing/manual-clock.ts'

const silent: Pick<RecordKeeper, 'read' | 'seen'> = {
  read: () => new Promise(() => {}),
  seen: () => undefined,
}

it('a sign-out in the millisecond in which a sign-in begins to be finished is not lost where storage says nothing', async () => {
  const clock = createManualClock()
  const fence = createSignOutFence({ keeper: silent as RecordKeeper, clock }, () => 0)
  const signedOut = (epoch: number): SessionRecord => ({
    ...blankRecord,
    epoch,
    signedOutEpoch: epoch,
  })
  const begun = clock.now()
  const look = fence.look()
  clock.advance(3_000)
  await look
  expect(fence.isPassed(signedOut(begun))).toBe(true)
  expect(fence.isPassed(signedOut(begun + 3_000))).toBe(true)
  expect(fence.isPassed(signedOut(begun - 1))).toBe(false)
})
