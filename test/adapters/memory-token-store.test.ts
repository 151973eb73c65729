import { expect, it } from 'vitest'
import { createMemoryTokenStore } from '../../src/adapters/memory-token-store.ts'
import { testTokenStore } from '../contracts/token-store.contract.ts'

testTokenStore('createMemoryTokenStore', () => {
  const store = createMemoryTokenStore()
  return () => store
})

it('a memory store shares nothing with another', async () => {
  await createMemoryTokenStore().update('a', () => ({ result: undefined, put: 1 }))
  expect(await createMemoryTokenStore().read('a')).toBeUndefined()
})
