// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createTabStorage } from '../../src/adapters/tab-storage.ts'
import { testTabStorage } from '../contracts/tab-storage.contract.ts'

const refuse = (): never => {
  throw new DOMException('no', 'SecurityError')
}

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  sessionStorage.clear()
})

testTabStorage('createTabStorage', () => {
  sessionStorage.clear()
  return createTabStorage()
})

testTabStorage('createTabStorage where nothing can be stored', () => {
  vi.stubGlobal('sessionStorage', { getItem: refuse, setItem: refuse, removeItem: refuse })
  return createTabStorage()
})

testTabStorage('createTabStorage where there is no sessionStorage', () => {
  vi.stubGlobal('sessionStorage', undefined)
  return createTabStorage()
})

describe('createTabStorage', () => {
  it('is remembered by whoever comes to this tab later', () => {
    createTabStorage().set('key', 'value')
    expect(createTabStorage().get('key')).toBe('value')
  })

  it('tells what it was told last where storage became full, not what is still stored', () => {
    const storage = createTabStorage()
    storage.set('key', 'stored')
    const full = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(refuse)
    storage.set('key', 'newer')
    expect(storage.get('key')).toBe('newer')
    full.mockRestore()
    storage.set('key', 'newest')
    expect(createTabStorage().get('key')).toBe('newest')
  })

  it('has forgotten what it was told to forget, also where storage keeps it', () => {
    const storage = createTabStorage()
    storage.set('key', 'stored')
    vi.spyOn(Storage.prototype, 'removeItem').mockImplementation(refuse)
    storage.set('key', undefined)
    expect(storage.get('key')).toBeUndefined()
  })
})
