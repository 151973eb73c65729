import { describe, expect, it } from 'vitest'
import type { TabStorage } from '../../src/core/ports.ts'

/** What every memory of a tab owes. */
export function testTabStorage(name: string, makeTabStorage: () => TabStorage): void {
  describe(`${name} as tab storage`, () => {
    it('knows nothing that was never put there', () => {
      expect(makeTabStorage().get('never')).toBeUndefined()
    })

    it('remembers the last value of a key', () => {
      const storage = makeTabStorage()
      storage.set('key', 'first')
      storage.set('key', 'second')
      expect(storage.get('key')).toBe('second')
    })

    it('forgets what is set to undefined, and can be told anew', () => {
      const storage = makeTabStorage()
      storage.set('key', 'value')
      storage.set('key', undefined)
      storage.set('key', undefined)
      expect(storage.get('key')).toBeUndefined()
      storage.set('key', 'again')
      expect(storage.get('key')).toBe('again')
    })

    it.each(['', ' ', '/orders?a=1&b#c', 'ü\u0000\ud800', 'undefined', 'null', 'x'.repeat(10_000)])(
      'gives back the text %j as it was put',
      (value) => {
        const storage = makeTabStorage()
        storage.set('key', value)
        expect(storage.get('key')).toBe(value)
      },
    )

    it.each(['', 'length', 'getItem', 'https%3A%2F%2Fas.example spa default'])(
      'takes %j for a key like any other',
      (key) => {
        const storage = makeTabStorage()
        expect(storage.get(key)).toBeUndefined()
        storage.set(key, 'value')
        storage.set(`${key} other`, 'other')
        expect(storage.get(key)).toBe('value')
        storage.set(key, undefined)
        expect(storage.get(key)).toBeUndefined()
        expect(storage.get(`${key} other`)).toBe('other')
      },
    )
  })
}
