// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest'
import { createNavigation } from '../../src/adapters/navigation.ts'
import { testNavigation } from '../contracts/navigation.contract.ts'

testNavigation('createNavigation', createNavigation)

describe('createNavigation', () => {
  it('keeps the state that the router of the app has put into the history', () => {
    history.replaceState({ scroll: 10 }, '', location.href)
    createNavigation().replaceUrl('?cleaned')
    expect(history.state).toEqual({ scroll: 10 })
  })

  it('resolves relative addresses as <base> says', () => {
    const base = document.createElement('base')
    base.href = 'https://elsewhere.example/deep/'
    document.head.append(base)
    expect(createNavigation().baseUrl()).toBe('https://elsewhere.example/deep/')
    base.remove()
  })

  it('leaves for another address', () => {
    createNavigation().leaveFor('#elsewhere')
    expect(location.hash).toBe('#elsewhere')
  })
})
