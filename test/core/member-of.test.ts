import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it } from 'vitest'
import { memberOf } from '../../src/core/member-of.ts'

const pollution = Object.prototype as unknown as Record<string, unknown>

afterEach(() => {
  delete pollution['scope']
})

describe('memberOf', () => {
  it('finds what is its own, also without a prototype', () => {
    expect(memberOf({ scope: 'a' }, 'scope')).toBe('a')
    expect(memberOf(Object.assign(Object.create(null), { scope: 'a' }), 'scope')).toBe('a')
  })

  it('finds what its classes have, getters too', () => {
    class Base {
      get scope(): string {
        return 'a'
      }
    }
    class Derived extends Base {}
    expect(memberOf(new Derived(), 'scope')).toBe('a')
    expect(memberOf(Object.create({ scope: 'a' }), 'scope')).toBe('a')
  })

  it('does not find what somebody has put on Object.prototype, in any realm', () => {
    pollution['scope'] = 'planted'
    expect(memberOf({}, 'scope')).toBeUndefined()
    expect(memberOf(new (class extends Map {})(), 'scope')).toBeUndefined()
    const foreign = runInNewContext("Object.prototype.scope = 'planted'; ({})") as object
    expect(memberOf(foreign, 'scope')).toBeUndefined()
  })
})
