import { afterEach, describe, expect, it, vi } from 'vitest'
import { createIndexedDbTokenStore } from '../../src/adapters/indexeddb-token-store.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import { anyAnswers, openOtherScript, valueIn } from './other-script.ts'

const put = (value: unknown) => () => ({ result: undefined, put: value })

/** Databases that are not as they should be: each is made to work, and nothing in it is lost. */
export function testIndexedDbMending(): void {
  describe('createIndexedDbTokenStore mends', () => {
    afterEach(() => {
      vi.restoreAllMocks()
    })

    async function expectWorking(databaseName: string): Promise<void> {
      const deletion = vi.spyOn(IDBFactory.prototype, 'deleteDatabase')
      const tabs = [1, 2].map(() => createIndexedDbTokenStore({ databaseName }))
      for (const [index, tab] of tabs.entries()) {
        await tab.update(`mine ${index}`, put(index), { durable: true })
      }
      for (const tab of tabs) {
        expect(await tab.read('mine 0')).toBe(0)
        expect(await tab.read('mine 1')).toBe(1)
      }
      expect(deletion).not.toHaveBeenCalled()
    }

    it('a database that another script has opened first, and left empty', async () => {
      const databaseName = crypto.randomUUID()
      const other = await openOtherScript(databaseName)
      other.close()
      await expectWorking(databaseName)
    })

    it('an empty database of a high version', async () => {
      const databaseName = crypto.randomUUID()
      const other = await openOtherScript(databaseName, 41)
      other.close()
      await expectWorking(databaseName)
    })

    it('a database with stores of somebody else, which are left alone', async () => {
      const databaseName = crypto.randomUUID()
      const other = await openOtherScript(databaseName, 3, (database) => {
        database.createObjectStore('orders').put('theirs', 'a')
      })
      other.close()
      await expectWorking(databaseName)
      expect(await valueIn(databaseName, 'orders', 'a')).toBe('theirs')
    })

    it.each<[string, IDBObjectStoreParameters]>([
      ['a key path', { keyPath: 'id' }],
      ['a key path of several', { keyPath: ['id', 'part'] }],
      ['a key path and keys of its own', { keyPath: 'id', autoIncrement: true }],
    ])('a store of our name with %s, whose content is kept', async (_, parameters) => {
      const databaseName = crypto.randomUUID()
      const other = await openOtherScript(databaseName, 1, (database) => {
        database.createObjectStore('records', parameters).put({ id: 1, part: 2, value: 'theirs' })
      })
      other.close()
      await expectWorking(databaseName)
      const key = Array.isArray(parameters.keyPath) ? [1, 2] : 1
      expect(await valueIn(databaseName, 'records before 2', key)).toMatchObject({
        value: 'theirs',
      })
    })

    it('nothing where a store makes keys of its own for those who give none', async () => {
      const databaseName = crypto.randomUUID()
      const other = await openOtherScript(databaseName, 1, (database) => {
        database.createObjectStore('records', { autoIncrement: true }).put('kept', 'a')
      })
      other.close()
      await expectWorking(databaseName)
      expect(await createIndexedDbTokenStore({ databaseName }).read('a')).toBe('kept')
    })

    it('nothing where only the version is another: what is stored is found', async () => {
      const databaseName = crypto.randomUUID()
      const tab = createIndexedDbTokenStore({ databaseName })
      await tab.update('a', put('kept'))
      const other = await openOtherScript(databaseName, 9)
      expect(await tab.read('a')).toBe('kept')
      other.close()
      await expectWorking(databaseName)
      expect(await createIndexedDbTokenStore({ databaseName }).read('a')).toBe('kept')
    })

    it('a database that was deleted and made anew while tabs have it open', async () => {
      const databaseName = crypto.randomUUID()
      const tabs = [1, 2, 3].map(() => createIndexedDbTokenStore({ databaseName }))
      await Promise.all(tabs.map((tab) => tab.update('a', put(1))))
      await new Promise<void>((resolve) => {
        const deletion = indexedDB.deleteDatabase(databaseName)
        deletion.addEventListener('success', () => resolve())
      })
      const other = await openOtherScript(databaseName)
      other.close()
      expect(await Promise.all(tabs.map((tab) => tab.read('a')))).toEqual(tabs.map(() => undefined))
      await tabs[0]?.update('a', put(2))
      expect(await Promise.all(tabs.map((tab) => tab.read('a')))).toEqual(tabs.map(() => 2))
    })

    it('a database whose store was taken away under open tabs', async () => {
      const databaseName = crypto.randomUUID()
      const tab = createIndexedDbTokenStore({ databaseName })
      await tab.update('a', put(1))
      const other = await openOtherScript(databaseName, 2, (database) =>
        database.deleteObjectStore('records'),
      )
      other.close()
      expect(await tab.read('a')).toBeUndefined()
      await tab.update('a', put(2))
      expect(await tab.read('a')).toBe(2)
    })

    it('the same database from several tabs at once', async () => {
      const databaseName = crypto.randomUUID()
      const other = await openOtherScript(databaseName)
      other.close()
      const tabs = [1, 2, 3, 4, 5].map(() => createIndexedDbTokenStore({ databaseName }))
      const increase = (stored: unknown) => ({ result: undefined, put: Number(stored ?? 0) + 1 })
      await Promise.all(tabs.map((tab) => tab.update('a', increase)))
      expect(await Promise.all(tabs.map((tab) => tab.read('a')))).toEqual(tabs.map(() => 5))
    })

    it('as soon as the script that stands in the way lets go, and is not silent until then', async () => {
      const databaseName = crypto.randomUUID()
      const other = await openOtherScript(databaseName)
      const clock = createManualClock()
      const tab = createIndexedDbTokenStore({ databaseName, clock })
      for (let call = 0; call < 2; call += 1) {
        const read = expect(tab.read('a')).rejects.toMatchObject({ name: 'TimeoutError' })
        for (let second = 0; second < 5; second += 1) {
          await anyAnswers()
          clock.advance(1_000)
        }
        await read
      }
      other.close()
      await tab.update('a', put(1))
      expect(await tab.read('a')).toBe(1)
      await expectWorking(databaseName)
    })

    it('nothing by deleting, where the browser says that it cannot open the database', async () => {
      const databaseName = crypto.randomUUID()
      await createIndexedDbTokenStore({ databaseName }).update('a', put('kept'))
      const deletion = vi.spyOn(IDBFactory.prototype, 'deleteDatabase')
      const open = vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(() => {
        throw new DOMException('Internal error opening backing store', 'UnknownError')
      })
      const tab = createIndexedDbTokenStore({ databaseName })
      for (let call = 0; call < 3; call += 1) {
        await expect(tab.read('a')).rejects.toMatchObject({ name: 'UnknownError' })
      }
      open.mockRestore()
      expect(await tab.read('a')).toBe('kept')
      expect(deletion).not.toHaveBeenCalled()
    })
  })
}
