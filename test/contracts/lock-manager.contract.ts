import { beforeEach, describe, expect, it } from 'vitest'
import type { LockManager } from '../../src/core/ports.ts'
import { testLockSequences } from './lock-manager.model.ts'

/** What every lock manager owes where there are locks. */
export function testLockManager(name: string, makeLocks: () => LockManager): void {
  describe(`${name} as a lock manager`, () => {
    let locks: LockManager
    let lockName: string

    beforeEach(() => {
      locks = makeLocks()
      lockName = crypto.randomUUID()
    })

    it('grants a free lock', async () => {
      const handle = locks.request(lockName)
      expect(await handle.granted).toBe(true)
      expect(handle.isHeld()).toBe(true)
      handle.release()
    })

    it('no longer counts as held from the moment of the release', async () => {
      const handle = locks.request(lockName)
      await handle.granted
      handle.release()
      expect(handle.isHeld()).toBe(false)
    })

    it('wakes the next in the order of the requests when a lock is released', async () => {
      const order: string[] = []
      const handles = ['first', 'second', 'third'].map((label) => {
        const handle = locks.request(lockName)
        return handle.granted.then(() => {
          order.push(label)
          expect(handle.isHeld()).toBe(true)
          handle.release()
        })
      })
      await Promise.all(handles)
      expect(order).toEqual(['first', 'second', 'third'])
    })

    it('makes others wait while it is held', async () => {
      const holder = locks.request(lockName)
      await holder.granted
      const waiter = locks.request(lockName)
      const bystander = locks.request(crypto.randomUUID())
      expect(await bystander.granted).toBe(true)
      expect(waiter.isHeld()).toBe(false)
      expect(holder.isHeld()).toBe(true)
      holder.release()
      expect(await waiter.granted).toBe(true)
      waiter.release()
      bystander.release()
    })

    it('withdraws a queued request without holding up those behind it', async () => {
      const holder = locks.request(lockName)
      await holder.granted
      const withdrawn = locks.request(lockName)
      const behind = locks.request(lockName)
      withdrawn.release()
      expect(await withdrawn.granted).toBe(false)
      holder.release()
      expect(await behind.granted).toBe(true)
      expect(withdrawn.isHeld()).toBe(false)
      behind.release()
    })

    it('never holds a lock whose request was withdrawn at once', async () => {
      const withdrawn = locks.request(lockName)
      withdrawn.release()
      const next = locks.request(lockName)
      expect(await withdrawn.granted).toBe(false)
      expect(await next.granted).toBe(true)
      expect(withdrawn.isHeld()).toBe(false)
      next.release()
    })

    it('ignores a second release', async () => {
      const first = locks.request(lockName)
      await first.granted
      first.release()
      const second = locks.request(lockName)
      await second.granted
      const third = locks.request(lockName)
      first.release()
      expect(second.isHeld()).toBe(true)
      expect(third.isHeld()).toBe(false)
      second.release()
      expect(await third.granted).toBe(true)
      third.release()
    })

    testLockSequences(makeLocks)
  })
}
