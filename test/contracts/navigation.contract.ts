import { describe, expect, it } from 'vitest'
import type { Navigation } from '../../src/core/ports.ts'

/** What every navigation owes, as far as it can be seen without leaving. */
export function testNavigation(name: string, makeNavigation: () => Navigation): void {
  describe(`${name} as navigation`, () => {
    it('tells the whole address', () => {
      const url = makeNavigation().currentUrl()
      expect(new URL(url).href).toBe(url)
    })

    it('resolves relative addresses against the page, where nothing says otherwise', () => {
      const navigation = makeNavigation()
      const resolved = (base: string): string => new URL('/a?b', base).href
      expect(resolved(navigation.baseUrl())).toBe(resolved(navigation.currentUrl()))
    })

    it('replaces the address shown', () => {
      const navigation = makeNavigation()
      const before = navigation.currentUrl()
      const cleaned = new URL('?tab=1#top', before).href
      navigation.replaceUrl(cleaned)
      expect(navigation.currentUrl()).toBe(cleaned)
      navigation.replaceUrl(before)
      expect(navigation.currentUrl()).toBe(before)
    })

    it('takes a relative address from where the page is', () => {
      const navigation = makeNavigation()
      const before = navigation.currentUrl()
      navigation.replaceUrl('?relative')
      expect(navigation.currentUrl()).toBe(new URL('?relative', before).href)
      navigation.replaceUrl(before)
    })
  })
}
