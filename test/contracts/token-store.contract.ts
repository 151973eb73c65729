import { beforeEach, describe, expect, it } from 'vitest'
import type { StoreChange, TokenStore } from '../../src/core/ports.ts'

/**
 * What every token store owes.
 *
 * @param makeOrigin Returns an origin with nothing stored, as a function that opens the store of one
 *   more tab.
 */
export function testTokenStore(name: string, makeOrigin: () => () => TokenStore): void {
  describe(`${name} as a token store`, () => {
    let store: TokenStore
    let otherTab: TokenStore

    beforeEach(() => {
      const openTab = makeOrigin()
      store = openTab()
      otherTab = openTab()
    })

    it('reads undefined where nothing was put', async () => {
      expect(await store.read('a')).toBeUndefined()
    })

    it('hands the stored value to the change and fulfils with its result', async () => {
      await store.update('a', () => ({ result: undefined, put: { count: 1 } }))
      expect(await store.update('a', (stored) => ({ result: stored }))).toEqual({ count: 1 })
    })

    it('shows every tab what an update has put', async () => {
      await store.read('a')
      await otherTab.update('a', () => ({ result: undefined, put: { count: 1 } }))
      expect(await store.read('a')).toEqual({ count: 1 })
    })

    it('leaves the value alone when the change only answers', async () => {
      await store.update('a', () => ({ result: undefined, put: 1 }))
      await store.update('a', () => ({ result: 'seen' }))
      expect(await store.read('a')).toBe(1)
    })

    it('removes a value', async () => {
      await store.update('a', () => ({ result: undefined, put: 1 }))
      expect(await store.update('a', () => ({ result: 'gone', remove: true }))).toBe('gone')
      expect(await store.read('a')).toBeUndefined()
    })

    it('keeps keys apart', async () => {
      await store.update('a', () => ({ result: undefined, put: 1 }))
      await store.update('b', () => ({ result: undefined, put: 2 }))
      await store.update('b', () => ({ result: undefined, remove: true }))
      expect(await store.read('a')).toBe(1)
    })

    it('stores a durable update like any other', async () => {
      await store.update('a', () => ({ result: undefined, put: 1 }), { durable: true })
      expect(await otherTab.read('a')).toBe(1)
    })

    it('keeps a copy that later changes to the object do not reach', async () => {
      const value = { count: 1 }
      await store.update('a', () => ({ result: undefined, put: value }))
      value.count = 2
      const read = await store.read('a')
      expect(read).toEqual({ count: 1 })
      Object.assign(read as object, { count: 3 })
      expect(await store.read('a')).toEqual({ count: 1 })
    })

    it('writes nothing when the change throws, and rejects with what it threw', async () => {
      await store.update('a', () => ({ result: undefined, put: 1 }))
      const thrown = new RangeError('no')
      const update = store.update('a', () => {
        throw thrown
      })
      await expect(update).rejects.toBe(thrown)
      expect(await store.read('a')).toBe(1)
      await store.update('a', () => ({ result: undefined, put: 2 }))
      expect(await store.read('a')).toBe(2)
    })

    it('rejects a value that cannot be cloned and keeps the old one', async () => {
      await store.update('a', () => ({ result: undefined, put: 1 }))
      const update = store.update('a', () => ({ result: undefined, put: () => {} }))
      await expect(update).rejects.toMatchObject({ name: 'DataCloneError' })
      expect(await store.read('a')).toBe(1)
    })

    it('loses none of many concurrent updates of two tabs', async () => {
      const increment = (stored: unknown): StoreChange<number> => {
        const next = typeof stored === 'number' ? stored + 1 : 1
        return { result: next, put: next }
      }
      const updates = Array.from({ length: 40 }, (_, index) =>
        (index % 2 ? store : otherTab).update('a', increment),
      )
      expect(new Set(await Promise.all(updates)).size).toBe(40)
      expect(await store.read('a')).toBe(40)
    })

    it('keeps a key pair usable and its private key unextractable', async () => {
      const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
      const keyPair = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
      await store.update('a', () => ({ result: undefined, put: { senderKey: keyPair } }))

      const { senderKey } = (await otherTab.read('a')) as { senderKey: CryptoKeyPair }
      const data = new TextEncoder().encode('proof')
      const signature = await crypto.subtle.sign(algorithm, senderKey.privateKey, data)
      expect(await crypto.subtle.verify(algorithm, keyPair.publicKey, signature, data)).toBe(true)
      await expect(crypto.subtle.exportKey('jwk', senderKey.privateKey)).rejects.toBeInstanceOf(
        DOMException,
      )
    })
  })
}
