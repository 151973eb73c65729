import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createIndexedDbTokenStore } from '../../src/adapters/indexeddb-token-store.ts'
import type { TokenStore } from '../../src/core/ports.ts'
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts'
import { anyAnswers, openOtherScript, valueIn, type OtherScript } from './other-script.ts'

const put = (value: unknown) => () => ({ result: undefined, put: value })
const silent = { name: 'TimeoutError' }

/** An IndexedDB that does not answer: every call has an end, and every later one another chance. */
export function testIndexedDbSilence(): void {
  describe('createIndexedDbTokenStore where IndexedDB is silent', () => {
    let databaseName: string
    let clock: ManualClock
    let store: TokenStore
    let other: OtherScript

    beforeEach(async () => {
      databaseName = crypto.randomUUID()
      clock = createManualClock()
      store = createIndexedDbTokenStore({ databaseName, clock })
      await store.update('a', put('before'))
      other = await openOtherScript(databaseName)
    })

    afterEach(() => {
      other.close()
      vi.restoreAllMocks()
    })

    async function pass(seconds: number): Promise<void> {
      for (let halves = 0; halves < seconds * 2; halves += 1) {
        await anyAnswers()
        clock.advance(500)
      }
      await anyAnswers()
    }

    it.each([
      ['a read', (tab: TokenStore) => tab.read('a')],
      ['an update', (tab: TokenStore) => tab.update('a', put('never'))],
      ['a durable update', (tab: TokenStore) => tab.update('a', put('never'), { durable: true })],
    ])('ends %s behind a transaction that another page holds open', async (_, ask) => {
      const letGo = other.holdTransaction()
      const call = expect(ask(store)).rejects.toMatchObject(silent)
      await pass(4.5)
      await call
      expect(clock.timers()).toEqual([])
      letGo()
      await anyAnswers()
      expect(await store.read('a')).toBe('before')
      await store.update('a', put('after'))
      expect(await store.read('a')).toBe('after')
    })

    it('leaves no timer behind where it answers', async () => {
      await store.read('a')
      await store.update('a', put(1))
      expect(clock.timers()).toEqual([])
    })

    it('repeats what was silent once, before all that was asked later', async () => {
      const letGo = other.holdTransaction()
      const ran: string[] = []
      const append = (name: string) => (stored: unknown) => {
        ran.push(name)
        return { result: undefined, put: `${String(stored)}, ${name}` }
      }
      const calls = [
        store.update('a', append('first')),
        store.read('a'),
        store.update('a', append('second')),
      ]
      await pass(2)
      letGo()
      expect(await Promise.all(calls)).toEqual([undefined, 'before, first', undefined])
      expect(await store.read('a')).toBe('before, first, second')
      expect(ran).toEqual(['first', 'second'])
    })

    it('lets a call go on that waits behind one that is lost', async () => {
      const letGo = other.holdTransaction()
      const lost = expect(store.update('a', put('lost'))).rejects.toMatchObject(silent)
      const read = store.read('a')
      await pass(4)
      await lost
      letGo()
      expect(await read).toBe('before')
    })

    it('ends all calls in time, however many wait behind each other', async () => {
      const letGo = other.holdTransaction()
      const change = vi.fn(put('never'))
      const calls = Array.from({ length: 20 }, () => store.update('a', change))
      const ends = Promise.allSettled(calls)
      await pass(4.5)
      expect((await ends).map(({ status }) => status)).toEqual(calls.map(() => 'rejected'))
      letGo()
      await anyAnswers()
      expect(change).not.toHaveBeenCalled()
      expect(await store.read('a')).toBe('before')
    })

    it('repeats an update whose transaction is over without an answer, and lets a late one decide nothing', async () => {
      const elsewhere = await openOtherScript(crypto.randomUUID(), 1, (database) =>
        database.createObjectStore('records'),
      )
      const letGo = elsewhere.holdTransaction()
      const waiting = elsewhere.connection.transaction('records').objectStore('records')
      const late = waiting.get('nothing')
      const { get } = IDBObjectStore.prototype
      let isFirst = true
      vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(function (
        this: IDBObjectStore,
        query,
      ) {
        if (!isFirst || this.transaction.db.name !== databaseName) return get.call(this, query)
        isFirst = false
        return late
      })
      const change = vi.fn(put('after'))
      await expect(store.update('a', change)).resolves.toBeUndefined()
      letGo()
      await anyAnswers()
      expect(late.readyState).toBe('done')
      expect(change).toHaveBeenCalledTimes(1)
      expect(await store.read('a')).toBe('after')
      elsewhere.close()
    })

    it('does not repeat an update that may have been carried out', async () => {
      const { transaction } = IDBDatabase.prototype
      const spy = vi.spyOn(IDBDatabase.prototype, 'transaction')
      spy.mockImplementationOnce(function (this: IDBDatabase, ...given) {
        const mute = transaction.apply(this, given)
        return Object.defineProperty(mute, 'addEventListener', { value: () => {} })
      })
      const change = vi.fn(put('carried out'))
      const call = expect(store.update('a', change)).rejects.toMatchObject(silent)
      await pass(2)
      await call
      expect(change).toHaveBeenCalledTimes(1)
      expect(await store.read('a')).toBe('carried out')
    })

    it('ends a call for which the database is not opened, and closes what opens late', async () => {
      const deletion = indexedDB.deleteDatabase(databaseName)
      const deleted = new Promise((resolve) => deletion.addEventListener('success', resolve))
      await anyAnswers()
      const calls = Promise.allSettled([store.read('a'), store.update('a', put('never'))])
      await pass(4.5)
      expect((await calls).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      other.close()
      await deleted
      await anyAnswers()
      // It would be blocked by a connection that nobody has closed.
      const blocked = vi.fn()
      const again = indexedDB.deleteDatabase(databaseName)
      again.addEventListener('blocked', blocked)
      await new Promise((resolve) => again.addEventListener('success', resolve))
      expect(blocked).not.toHaveBeenCalled()
      await store.update('a', put('after'))
      expect(await valueIn(databaseName, 'records', 'a')).toBe('after')
    })

    it('opens anew where an opening is lost', async () => {
      vi.spyOn(IDBFactory.prototype, 'open').mockImplementationOnce(
        () => new EventTarget() as never,
      )
      const tab = createIndexedDbTokenStore({ databaseName, clock })
      const read = tab.read('a')
      await pass(2)
      expect(await read).toBe('before')
    })
  })
}
