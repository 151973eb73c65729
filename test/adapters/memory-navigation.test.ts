import { describe, expect, it } from 'vitest'
import { createMemoryNavigation } from '../../src/testing/memory-navigation.ts'
import { testNavigation } from '../contracts/navigation.contract.ts'

const url = 'https://app.example.com/callback?code=c&state=s'

testNavigation('createMemoryNavigation', () => createMemoryNavigation(url))

describe('createMemoryNavigation', () => {
  it('remembers where it was told to go, and stays', () => {
    const navigation = createMemoryNavigation(url)
    navigation.leaveFor('https://login.example.com/authorize')
    navigation.leaveFor('/home')
    expect(navigation.left).toEqual([
      'https://login.example.com/authorize',
      'https://app.example.com/home',
    ])
    expect(navigation.currentUrl()).toBe(url)
  })
})
