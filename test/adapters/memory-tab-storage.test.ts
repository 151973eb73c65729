import { createMemoryTabStorage } from '../../src/testing/memory-tab-storage.ts'
import { testTabStorage } from '../contracts/tab-storage.contract.ts'

testTabStorage('createMemoryTabStorage', createMemoryTabStorage)
